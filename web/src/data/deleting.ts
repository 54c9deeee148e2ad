import { api, ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Entry } from '@/api/types'
import { sentenceOf } from '@/parts/sentence'
import { words } from '@/words'
import { fewAtOnce } from './fewAtOnce'
import { useMessages } from './messages'
import { useToasts } from './toasts'

/** What is being done with a message, by its id. */
const turns = new Map<string, Promise<unknown>>()

/** Takes messages out of the own boxes at once, and offers to bring all of them back. What is refused leaves the rest alone. */
export async function deleteMessages(ids: string[]): Promise<void> {
  const messages = useMessages()
  const entries = ids.flatMap((id) => messages.entries.get(id) ?? [])
  const deletedAt = new Date().toISOString()
  const stop = new AbortController()
  for (const entry of entries) messages.wish(entry, deletedAt)
  const removal = inTurn(entries, () => fewAtOnce(entries, (entry) => command(entry, deletedAt), stop.signal))
  const run = () => {
    stop.abort()
    void restoreMessages(entries)
  }
  useToasts().say(words.t('toast.deleted', { count: entries.length }), { label: words.t('action.undo'), run })
  const results = await removal
  if (!stop.signal.aborted) tellRefused(entries, results, 'toast.notDeleted')
}

/** Brings them back at once. */
async function restoreMessages(entries: Entry[]): Promise<void> {
  for (const entry of entries) useMessages().wish(entry, null)
  const results = await inTurn(entries, () => fewAtOnce(entries, (entry) => command(entry, null)))
  tellRefused(entries, results, 'toast.notRestored')
}

/** The service is asked when it has answered what it was asked of the same messages before. */
async function inTurn<T>(entries: Entry[], run: () => Promise<T>): Promise<T> {
  const ids = entries.map(({ message }) => message.id)
  const before = ids.flatMap((id) => turns.get(id) ?? [])
  const own = before.length ? Promise.all(before).then(run) : run()
  for (const id of ids) turns.set(id, own)
  try {
    return await own
  } finally {
    for (const id of ids) if (turns.get(id) === own) turns.delete(id)
  }
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
