import type { Conversation, Message } from '@/api/types'
import { words } from '@/words'
import type { Face } from './avatar'

/** What a conversation is called by somebody who takes part in it. */
export function nameOf({ kind, title, members }: Conversation, own: string): string {
  if (title) return title
  const others = members.filter(({ username }) => username !== own)
  if (!others.length) return words.t('conversation.notes')
  if (kind === 'direct') return others[0]!.username
  return others.map(({ username }) => username).join(', ')
}

/** The other person of a direct conversation. */
export function otherOf({ kind, members }: Conversation, own: string): string | undefined {
  return kind === 'direct' ? members.find(({ username }) => username !== own)?.username : undefined
}

/** A message in one line. */
export function lineOf(message: Message): string {
  if (message.unsent_at) return words.t('message.unsent')
  const text = message.body || message.subject
  if (text) return text
  return message.attachments[0]?.name ?? words.t('message.file')
}

/** How a conversation is pictured. */
export function faceOf({ kind, members }: Conversation): Face {
  if (kind === 'group') return 'group'
  return members.length === 1 ? 'notes' : 'person'
}
