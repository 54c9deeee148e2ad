import type { components } from './openapi'

type Schemas = components['schemas']

export type Account = Schemas['Account']
export type Me = Schemas['Me']
export type Session = Schemas['Session']
export type Person = Schemas['Person']
export type Member = Schemas['Member']
export type Message = Schemas['Message']
export type Attachment = Schemas['Attachment']
export type InboxItem = Schemas['InboxItem']
export type SentItem = Schemas['SentItem']
export type Conversation = Schemas['Conversation']
export type Hit = Schemas['Hit']
export type Trace = Schemas['Trace']

/** A received message with its place in the own mailbox. */
export type Received = InboxItem & { box: 'inbox' }
/** A sent message with how far it came. */
export type Sent = SentItem & { box: 'sent' }
/** A message of either box. */
export type Entry = Received | Sent

/** A page of a list, newest first. */
export interface Page<T> {
  items: T[]
  next: string | null
  /** Where the newer ones begin, on a page from the middle. */
  previous?: string | null
  /** The place in the log that the page shows. */
  token: string | null
}
