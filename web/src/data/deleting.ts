import { api, ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Entry } from '@/api/types'
import { sentenceOf } from '@/parts/sentence'
import { words } from '@/words'
import { fewAtOnce } from './fewAtOnce'
import { useMessages } from './messages'
import { useToasts } from './toasts'

/** Takes messages out of the own boxes at once, and offers to bring all of them back. What is refused leaves the rest alone. */
export async function deleteMessages(ids: string[]): Promise<void> {
  const messages = useMessages()
  const entries = ids.flatMap((id) => messages.entries.get(id) ?? [])
  const deletedAt = new Date().toISOString()
  const stop = new AbortController()
  for (const entry of entries) messages.wish(entry, deletedAt)
  const removal = fewAtOnce(entries, (entry) => command(entry, deletedAt), stop.signal)
  const run = () => {
    stop.abort()
    void restoreMessages(entries, removal)
  }
  useToasts().say(words.t('toast.deleted', { count: entries.length }), { label: words.t('action.undo'), run })
  const results = await removal
  if (!stop.signal.aborted) tellRefused(entries, results, 'toast.notDeleted')
}

/** Brings them back at once; the service is asked when it has answered the deletion. */
async function restoreMessages(entries: Entry[], removal: Promise<unknown>): Promise<void> {
  for (const entry of entries) useMessages().wish(entry, null)
  await removal
  const results = await fewAtOnce(entries, (entry) => command(entry, null))
  tellRefused(entries, results, 'toast.notRestored')
}

async function command(entry: Entry, deletedAt: string | null): Promise<void> {
  await ask(deletedAt ? remove(entry) : restore(entry))
  useMessages().answered(entry, deletedAt)
}

/** What was refused is shown as it was, and said once for all of them. */
function tellRefused(entries: Entry[], results: PromiseSettledResult<unknown>[], text: string): void {
  const refused = results.flatMap((result, index) =>
    result.status === 'rejected' ? { entry: entries[index]!, cause: result.reason as unknown } : [],
  )
  if (!refused.length) return
  for (const { entry } of refused) useMessages().unwish(entry)
  const reason = sentenceOf(Problem.from(refused[0]!.cause))
  const counts = { count: refused.length, of: entries.length, reason }
  useToasts().say(entries.length > 1 ? words.t(text, counts) : reason, undefined, 'failed')
}

function remove({ box, message: { id } }: Entry) {
  const params = { path: { id } }
  return box === 'inbox'
    ? api.DELETE('/api/v1/inbox/{id}', { params })
    : api.DELETE('/api/v1/sent/{id}', { params })
}

function restore({ box, message: { id } }: Entry) {
  const params = { path: { id } }
  return box === 'inbox'
    ? api.POST('/api/v1/inbox/{id}/restore', { params })
    : api.POST('/api/v1/sent/{id}/restore', { params })
}
