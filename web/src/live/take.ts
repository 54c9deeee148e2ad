import type { PushEvent } from '@/api/events'
import { useConversations } from '@/data/conversations'
import { useMessages } from '@/data/messages'
import { useTyping } from '@/data/typing'
import { dismiss, notify } from './notify'

/** Brings what the stream tells to where it is kept. `isFirst`: this tab heard it from the service itself. */
export function take(event: PushEvent, isFirst: boolean): void {
  switch (event.type) {
    case 'message.new': {
      const { type: _, ...entry } = event
      useMessages().apply(entry)
      useTyping().stop(entry.message.conversation_id, entry.message.sender.id)
      if (isFirst) void notify(entry)
      return
    }
    case 'message.changed': {
      const { type: _, ...entry } = event
      useMessages().apply(entry)
      return dismiss(entry)
    }
    case 'conversation.changed':
      return useConversations().apply(event.conversation)
    case 'unread':
      useConversations().unread = event.total
      return
    case 'typing':
      return useTyping().start(event.conversation_id, event.account)
    case 'reset':
      void reloadAll().catch(() => undefined)
      return
    case 'hello':
    case 'bye':
    case 'session.ended':
      return
    default:
      // A newer service may tell of what we do not know.
      event satisfies never
  }
}

/** Everything that is shown, anew. Resolves to the place in the log that the conversations show. */
export async function reloadAll(): Promise<string | null> {
  const [place] = await Promise.all([useConversations().reload(), useMessages().reload()])
  return place
}
