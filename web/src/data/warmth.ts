import { watch } from 'vue'
import type { Conversation, Entry } from '@/api/types'
import { useConversations } from './conversations'
import { diskOf } from './disk'
import { useMessages } from './messages'
import { useSession } from './session'

/** As much of a list as fills a screen or two. */
const SHOWN = 60
/** A burst of news is written once. */
const PAUSE = 1_000

interface Kept {
  conversations: Conversation[]
  inbox: Entry[]
  sent: Entry[]
  unread: number
}

/** Shows what was there last time, before the service has answered. */
export async function warmUp(): Promise<void> {
  const session = useSession()
  const kept = (await (await diskOf(session.account?.id ?? '')).get('kept', 'lists')) as Kept | undefined
  if (!kept) return
  const [conversations, messages] = [useConversations(), useMessages()]
  conversations.remember(kept.conversations)
  conversations.unread = kept.unread
  messages.remember([...kept.inbox, ...kept.sent])
  messages.inbox.remember(kept.inbox.map(({ message }) => message.id))
  messages.sent.remember(kept.sent.map(({ message }) => message.id))
}

/** The last messages of a conversation, as they were shown last time. */
export async function warmThread(conversation: string): Promise<void> {
  const messages = useMessages()
  const thread = messages.thread(conversation)
  if (thread.fresh.value || thread.ids.value.length) return
  const disk = await diskOf(useSession().account?.id ?? '')
  const kept = (await disk.get('kept', `thread:${conversation}`)) as Entry[] | undefined
  if (!kept?.length) return
  messages.remember(kept)
  thread.remember(kept.map(({ message }) => message.id))
}

/** Remembers what is shown, for the next time. */
export function keepWarm(): () => void {
  const [conversations, messages] = [useConversations(), useMessages()]
  const lists = () => [
    conversations.list,
    conversations.unread,
    messages.inbox.ids.value,
    messages.sent.ids.value,
  ]
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = watch(lists, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void write(), PAUSE)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

async function write(): Promise<void> {
  const session = useSession()
  if (!session.account) return
  const [conversations, messages] = [useConversations(), useMessages()]
  const kept: Kept = {
    conversations: conversations.list.slice(0, SHOWN),
    inbox: newest(messages.inbox.ids.value),
    sent: newest(messages.sent.ids.value),
    unread: conversations.unread,
  }
  await (await diskOf(session.account.id)).put('kept', plain(kept), 'lists')
}

export async function keepThread(conversation: string): Promise<void> {
  const session = useSession()
  const ids = useMessages().thread(conversation).ids.value
  if (!session.account || !ids.length) return
  await (await diskOf(session.account.id)).put('kept', plain(newest(ids)), `thread:${conversation}`)
}

function newest(ids: readonly string[]): Entry[] {
  const { entries } = useMessages()
  return ids.slice(0, SHOWN).flatMap((id) => entries.get(id) ?? [])
}

/** Reactive objects cannot be stored. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
