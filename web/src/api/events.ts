import type { Conversation, Entry, Person } from './types'

/** The events of the push stream, as `docs/clients.md` and the API's description tell them. */
export type PushEvent =
  | { type: 'hello'; token: string }
  | ({ type: 'message.new' } & Entry)
  | ({ type: 'message.changed' } & Entry)
  | { type: 'conversation.changed'; conversation: Conversation }
  | { type: 'unread'; total: number }
  | { type: 'typing'; conversation_id: string; account: Person }
  | { type: 'reset' }
  | { type: 'session.ended' }
  | { type: 'bye' }

/** What came by the stream, with the place to resume from behind it. */
export interface Pushed {
  place: string | undefined
  event: PushEvent
}
