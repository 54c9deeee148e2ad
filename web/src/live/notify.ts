import type { Entry } from '@/api/types'
import { useConversations } from '@/data/conversations'
import { useSettings } from '@/data/settings'
import { words } from '@/words'

/** A message that is older than this came while we were away: it is in the list, and no news any more. */
const NEWS = 60_000

let open = (_conversation: string): void => undefined

/** Says what happens when somebody follows a notification. */
export function onNotification(run: (conversation: string) => void): void {
  open = run
}

/** Whether the browser can tell of messages while nobody looks, and whether it may. */
export function permission(): NotificationPermission | 'unavailable' {
  return 'Notification' in globalThis ? Notification.permission : 'unavailable'
}

/** Tells of a message on the desktop, unless it is being looked at, muted or old. */
export function notify(entry: Entry): void {
  const { message } = entry
  const conversation = useConversations().conversations.get(message.conversation_id)
  const isWanted = useSettings().notifications && permission() === 'granted'
  const isOld = Date.now() - Date.parse(message.sent_at) > NEWS
  if (
    entry.box !== 'inbox' ||
    entry.read_at ||
    document.hasFocus() ||
    !isWanted ||
    isOld ||
    conversation?.muted
  )
    return
  show(message.conversation_id, conversation?.title ?? message.sender.username, preview(entry))
}

function preview({ message }: Entry): string {
  return message.body || message.subject || words.t('message.file')
}

function show(conversation: string, title: string, body: string): void {
  try {
    // One per conversation: the next message takes its place.
    const notification = new Notification(title, { body, tag: conversation })
    notification.addEventListener('click', () => {
      window.focus()
      open(conversation)
      notification.close()
    })
  } catch {
    // Some phones allow them to service workers only.
  }
}
