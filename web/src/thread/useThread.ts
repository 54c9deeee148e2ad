import { computed, onUnmounted, ref, toRaw, watch } from 'vue'
import { useConversations } from '@/data/conversations'
import { useDrafts } from '@/data/drafts'
import { useMessages } from '@/data/messages'
import { useOutbox } from '@/data/outbox'
import { useSession } from '@/data/session'
import { keepThread, warmThread } from '@/data/warmth'
import { useLive } from '@/live/live'
import { rowsOf, type Placed } from './rows'

/** One conversation as it is shown: what is stored, and behind it what is still to be sent. */
export function useThread(id: string) {
  const [messages, conversations, outbox] = [useMessages(), useConversations(), useOutbox()]
  const session = useSession()
  const feed = messages.thread(id)
  const firstUnread = ref<string>()

  const conversation = computed(() => conversations.conversations.get(id))
  /** They stand behind the newest message, so only where that is. */
  const pending = computed(() =>
    feed.isDetached.value
      ? []
      : outbox.items.filter((item) => item.conversation === id && !messages.entries.has(item.id)),
  )
  const placed = computed((): Placed[] => {
    // What decides a place never changes, so that a tick in one bubble does not lay the thread out anew.
    const known = toRaw(messages.entries)
    const stored = feed.ids.value.toReversed().flatMap((key) => {
      const message = known.get(key)?.message
      return message ? { id: key, sender: message.sender.id, time: message.sent_at } : []
    })
    const waiting = pending.value.map((item) => ({
      id: item.id,
      sender: session.account?.id ?? '',
      time: new Date(item.queuedAt).toISOString(),
    }))
    return [...stored, ...waiting]
  })
  const rows = computed(() => rowsOf(placed.value, firstUnread.value))

  /** The newest received message that is not read yet. */
  const lastUnread = computed(() =>
    feed.ids.value.find((key) => {
      const entry = messages.entries.get(key)
      return entry?.box === 'inbox' && !entry.read_at
    }),
  )

  /** Reads the newest messages, or those around one of them. */
  async function load(at?: string): Promise<void> {
    const known = [conversations.fetchOne(id), useDrafts().fetch(id)].map((call) =>
      call.catch(() => undefined),
    )
    if (!at) await warmThread(id).catch(() => undefined)
    await useLive().isPlaced()
    if (at) await feed.around(at).catch(() => feed.load())
    else await feed.load()
    if (!feed.isDetached.value) {
      firstUnread.value = oldestUnread()
      void keepThread(id)
    }
    await Promise.all(known)
  }

  function oldestUnread(): string | undefined {
    return feed.ids.value.findLast((key) => {
      const entry = toRaw(messages.entries).get(key)
      return entry?.box === 'inbox' && !entry.read_at
    })
  }

  /** Makes sure that a message is shown, however far back it is. */
  async function reach(message: string): Promise<boolean> {
    if (!feed.ids.value.includes(message)) await feed.around(message)
    return feed.ids.value.includes(message)
  }

  /** Comes back from the middle to the newest messages. */
  async function toLatest(): Promise<void> {
    firstUnread.value = undefined
    await feed.newest()
  }

  // Once something was answered, what is above the line is old.
  watch(
    () => pending.value.length,
    (now, before) => {
      if (now > before) firstUnread.value = undefined
    },
  )

  // Whoever comes back later begins at the newest again.
  onUnmounted(() => {
    if (feed.isDetached.value) feed.clear()
  })

  return { feed, conversation, rows, pending, lastUnread, firstUnread, load, reach, toLatest }
}

export type Thread = ReturnType<typeof useThread>
