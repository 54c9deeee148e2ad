import { computed, nextTick, reactive, type ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { api, ask } from '@/api/client'
import type { Entry } from '@/api/types'
import { useConversations } from '@/data/conversations'
import { deleteMessages } from '@/data/deleting'
import type { Feed } from '@/data/feed'
import { useMessages } from '@/data/messages'
import { archive } from '@/data/ownView'
import { useToasts } from '@/data/toasts'
import { useListKeys } from '@/keys/useListKeys'

/** A row of a mailbox: the long list needs an id. */
export interface MailRow {
  id: string
}

export interface ListHandle {
  move(by: number): void
  focus(index: number): Promise<void>
  current: number
}

/** The inbox or the sent box: its rows, what is selected, and what is done with it. */
export function useMailbox(feed: Feed<Entry>, list: Readonly<ShallowRef<ListHandle | null>>) {
  const [messages, conversations, toasts, router] = [
    useMessages(),
    useConversations(),
    useToasts(),
    useRouter(),
  ]
  const selected = reactive(new Set<string>())
  const rows = computed((): MailRow[] => feed.ids.value.map((id) => ({ id })))
  const entries = computed(() => [...selected].flatMap((id) => messages.entries.get(id) ?? []))
  const hasUnread = computed(() => entries.value.some((entry) => entry.box === 'inbox' && !entry.read_at))

  function toggle(id: string): void {
    if (!selected.delete(id)) selected.add(id)
  }

  function toggleAll(): void {
    const isAll = selected.size === rows.value.length
    selected.clear()
    if (!isAll) for (const { id } of rows.value) selected.add(id)
  }

  /** What is selected, or else the row that has the focus. */
  function chosen(): string[] {
    if (selected.size) return [...selected]
    const row = document.activeElement?.closest('[data-index]')
      ? rows.value[list.value?.current ?? -1]
      : undefined
    return row ? [row.id] : []
  }

  async function remove(ids = chosen()): Promise<void> {
    if (!ids.length) return
    const first = Math.min(...ids.map((id) => rows.value.findIndex((row) => row.id === id)))
    selected.clear()
    const removal = deleteMessages(ids)
    // Whoever works with the keyboard goes on from there.
    await nextTick()
    await list.value?.focus(first)
    await removal
  }

  async function mark(read: boolean, ids = chosen()): Promise<void> {
    const received = ids.filter((id) => messages.entries.get(id)?.box === 'inbox')
    const body = { message_ids: received }
    selected.clear()
    const call = () =>
      read ? api.POST('/api/v1/inbox/read', { body }) : api.POST('/api/v1/inbox/unread', { body })
    await ask(call()).catch(toasts.fail)
  }

  async function putAway(ids = chosen()): Promise<void> {
    const touched = new Set(ids.map((id) => messages.entries.get(id)?.message.conversation_id ?? ''))
    selected.clear()
    for (const id of touched) {
      const conversation = conversations.conversations.get(id) ?? (await conversations.fetchOne(id))
      await archive(conversation, true)
    }
  }

  function open({ message }: Entry): void {
    void router.push({ name: 'thread', params: { id: message.conversation_id }, query: { at: message.id } })
  }

  useListKeys({
    j: () => list.value?.move(1),
    k: () => list.value?.move(-1),
    x: () => {
      const row = rows.value[list.value?.current ?? -1]
      if (row) toggle(row.id)
    },
    '#': () => void remove(),
    Delete: () => void remove(),
  })

  return { rows, selected, hasUnread, toggle, toggleAll, remove, mark, putAway, open }
}

export type Mailbox = ReturnType<typeof useMailbox>
