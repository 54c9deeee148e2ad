import { serviceTime } from '@/api/clock'
import type { Conversation, Entry, Received } from '@/api/types'
import { useConversations } from '@/data/conversations'
import { useSession } from '@/data/session'
import { useSettings } from '@/data/settings'
import { lineOf, nameOf } from '@/parts/conversation'
import { isAnyLookedAt } from './looking'

/** A message that is older than this came while we were away: it is in the list, and no news any more. */
const NEWS = 60_000

/** Those that may still be on the screen, by message. */
const shown = new Map<string, Notification>()
let open = (_conversation: string): void => undefined
/** Some phones allow notifications to service workers only, and say so when one is shown. */
let isRefused = false

/** Says what happens when somebody follows a notification. */
export function onNotification(run: (conversation: string) => void): void {
  open = run
}

/** Whether the browser can tell of messages while nobody looks, and whether it may. */
export function permission(): NotificationPermission | 'unavailable' {
  return 'Notification' in globalThis && !isRefused ? Notification.permission : 'unavailable'
}

/** Tells of a message on the desktop, unless this browser is being looked at, or it is muted, read or old. */
export async function notify(entry: Entry): Promise<void> {
  if (entry.box !== 'inbox' || entry.read_at || !isWanted(entry) || (await isAnyLookedAt())) return
  const conversation = await conversationOf(entry)
  if (!conversation?.muted) show(entry, conversation)
}

/** It has been read, here or elsewhere, or is gone. */
export function dismiss(entry: Entry): void {
  if (entry.box !== 'inbox' || !(entry.read_at || entry.deleted_at || entry.message.unsent_at)) return
  shown.get(entry.message.id)?.close()
  shown.delete(entry.message.id)
}

function isWanted({ message }: Received): boolean {
  const isNews = serviceTime() - Date.parse(message.sent_at) < NEWS
  return isNews && useSettings().notifications && permission() === 'granted'
}

/** One that no list has brought yet may be muted, too. */
async function conversationOf({ message }: Received): Promise<Conversation | undefined> {
  const conversations = useConversations()
  const id = message.conversation_id
  return conversations.conversations.get(id) ?? conversations.fetchOne(id).catch(() => undefined)
}

function show({ message }: Received, conversation: Conversation | undefined): void {
  const { id, conversation_id, sender } = message
  const isGroup = conversation?.kind === 'group'
  const title = isGroup ? nameOf(conversation, useSession().username) : sender.username
  const body = isGroup ? `${sender.username}: ${lineOf(message)}` : lineOf(message)
  try {
    // The tag makes one of several for the same message, whichever tabs they come from.
    const notification = new Notification(title, { body, tag: id, icon: '/icons/tidings-192.png' })
    shown.set(id, notification)
    notification.addEventListener('close', () => shown.delete(id))
    notification.addEventListener('click', () => {
      window.focus()
      open(conversation_id)
      notification.close()
    })
  } catch {
    isRefused = true
  }
}
