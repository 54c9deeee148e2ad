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
  for (const entry of entries) show(entry, new Date().toISOString())
  const removal = Promise.allSettled(entries.map(remove))
  const run = () => void restoreMessages(entries, removal)
  toasts.say(words.t('toast.deleted', { count: entries.length }), { label: words.t('action.undo'), run })
  tellRefused(entries, await removal, null)
}

/** Brings them back at once; the service is asked when it has answered the deletion. */
async function restoreMessages(entries: Entry[], removal: Promise<unknown>): Promise<void> {
  for (const entry of entries) show(entry, null)
  await removal
  tellRefused(entries, await Promise.allSettled(entries.map(restore)), new Date().toISOString())
}

/** What was refused is shown as it was. */
function tellRefused(
  entries: Entry[],
  results: PromiseSettledResult<unknown>[],
  deletedAt: string | null,
): void {
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') continue
    show(entries[index]!, deletedAt)
    useToasts().fail(result.reason)
  }
}

function show(entry: Entry, deletedAt: string | null): void {
  useMessages().apply({ ...latest(entry), deleted_at: deletedAt })
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
