import { api, ask } from '@/api/client'
import type { Entry } from '@/api/types'
import { words } from '@/words'
import { useMessages } from './messages'
import { useToasts } from './toasts'

/** Takes messages out of the own boxes at once, and offers to bring them back. */
export async function deleteMessages(ids: string[]): Promise<void> {
  const messages = useMessages()
  const toasts = useToasts()
  const entries = ids.flatMap((id) => messages.entries.get(id) ?? [])
  const now = new Date().toISOString()
  for (const entry of entries) messages.apply({ ...entry, deleted_at: now })
  const done = await Promise.allSettled(entries.map(remove))
  const failed = done.find((result) => result.status === 'rejected')
  const gone = entries.filter((_, index) => done[index]!.status === 'fulfilled')
  for (const entry of entries) if (!gone.includes(entry)) messages.apply({ ...entry, deleted_at: null })
  if (failed) return toasts.fail(failed.reason)
  const run = () => void restoreMessages(gone)
  toasts.say(words.t('toast.deleted', { count: gone.length }), { label: words.t('action.undo'), run })
}

async function restoreMessages(entries: Entry[]): Promise<void> {
  const messages = useMessages()
  for (const entry of entries) messages.apply({ ...latest(entry), deleted_at: null })
  const done = await Promise.allSettled(entries.map(restore))
  for (const [index, result] of done.entries()) {
    if (result.status === 'fulfilled') continue
    messages.apply({ ...latest(entries[index]!), deleted_at: new Date().toISOString() })
    useToasts().fail(result.reason)
  }
}

function latest(entry: Entry): Entry {
  return useMessages().entries.get(entry.message.id) ?? entry
}

function remove({ box, message: { id } }: Entry): Promise<unknown> {
  const params = { path: { id } }
  return ask(
    box === 'inbox'
      ? api.DELETE('/api/v1/inbox/{id}', { params })
      : api.DELETE('/api/v1/sent/{id}', { params }),
  )
}

function restore({ box, message: { id } }: Entry): Promise<unknown> {
  const params = { path: { id } }
  return ask(
    box === 'inbox'
      ? api.POST('/api/v1/inbox/{id}/restore', { params })
      : api.POST('/api/v1/sent/{id}/restore', { params }),
  )
}
