import { api, ask } from '@/api/client'
import type { Conversation } from '@/api/types'
import { words } from '@/words'
import { useConversations } from './conversations'
import { useToasts } from './toasts'

/** Puts a conversation away, or brings it back. */
export async function archive(conversation: Conversation, archived: boolean): Promise<void> {
  const params = { path: { id: conversation.id } }
  const url = '/api/v1/conversations/{id}/archive'
  const call = () => (archived ? api.PUT(url, { params }) : api.DELETE(url, { params }))
  const action = {
    label: words.t('action.undo'),
    run: () => void archive({ ...conversation, archived }, !archived),
  }
  await change(conversation, { archived }, () => ask(call()))
    .then(() => useToasts().say(words.t(archived ? 'toast.archived' : 'toast.unarchived'), action))
    .catch(useToasts().fail)
}

/** Keeps a conversation quiet, or lets it be heard again. */
export async function mute(conversation: Conversation, muted: boolean): Promise<void> {
  const params = { path: { id: conversation.id } }
  const url = '/api/v1/conversations/{id}/mute'
  const call = () => (muted ? api.PUT(url, { params }) : api.DELETE(url, { params }))
  await change(conversation, { muted }, () => ask(call()))
    .then(() => useToasts().say(words.t(muted ? 'toast.muted' : 'toast.unmuted')))
    .catch(useToasts().fail)
}

/** Shown at once, and as it was again when it is refused. */
async function change(
  { id }: Conversation,
  wanted: Partial<Conversation>,
  call: () => Promise<unknown>,
): Promise<void> {
  const conversations = useConversations()
  const before = conversations.conversations.get(id)
  conversations.patch(id, wanted)
  try {
    await call()
  } catch (cause) {
    if (before) conversations.apply(before)
    throw cause
  }
}
