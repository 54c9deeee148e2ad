import { computed, ref, toRaw, watch } from 'vue'
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
  const pending = computed(() =>
    outbox.items.filter((item) => item.conversation === id && !messages.entries.has(item.id)),
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

  async function load(): Promise<void> {
    const known = [conversations.fetchOne(id), useDrafts().fetch(id)].map((call) =>
      call.catch(() => undefined),
    )
    await warmThread(id).catch(() => undefined)
    await useLive().isPlaced()
    await feed.load()
    firstUnread.value = oldestUnread()
    void keepThread(id)
    await Promise.all(known)
  }

  function oldestUnread(): string | undefined {
    return feed.ids.value.findLast((key) => {
      const entry = toRaw(messages.entries).get(key)
      return entry?.box === 'inbox' && !entry.read_at
    })
  }

  /** Pages back until a message is there. */
  async function reach(message: string): Promise<boolean> {
    while (!feed.ids.value.includes(message)) {
      if (!feed.next.value) return false
      await feed.more()
    }
    return true
  }

  // Once something was answered, what is above the line is old.
  watch(
    () => pending.value.length,
    () => (firstUnread.value = undefined),
  )

  return { feed, conversation, rows, pending, lastUnread, firstUnread, load, reach }
}

export type Thread = ReturnType<typeof useThread>
