import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { exclusively } from '@/api/exclusively'
import { Problem } from '@/api/problem'
import type { Message } from '@/api/types'
import { upload } from '@/api/upload'
import { tell } from '@/live/channel'
import { type Disk, diskOf } from './disk'
import { useMessages } from './messages'
import { inOrder, lanesOf, type Pending } from './pending'
import { useSession } from './session'
import { uuid7 } from './uuid7'

export type Draft = Omit<Pending, 'id' | 'queuedAt' | 'refusal'>

/** How long to wait for the service when it does not say so itself, in milliseconds. */
const PATIENCE = 5_000

/**
 * What is to be sent. Written to disk first and sent from there, one after the other within a conversation, under an id that
 * makes sending again harmless: so it survives a reload and days offline, and nothing is sent twice.
 */
export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const messages = useMessages()
  const items = shallowRef<readonly Pending[]>([])
  /** How much of a message's files has gone, 0 to 1. */
  const progress = reactive(new Map<string, number>())
  /** The service has said that it is away for a moment. */
  const isAway = ref(false)
  const waiting = computed(() => items.value.filter(({ refusal }) => !refusal))
  let again: ReturnType<typeof setTimeout> | undefined

  const disk = (): Promise<Disk> => diskOf(session.account?.id ?? '')

  /** Takes a message in; it is shown at once and sent as soon as that is possible. */
  async function send(draft: Draft): Promise<Pending> {
    const pending: Pending = { ...draft, id: uuid7(), queuedAt: Date.now() }
    await (await disk()).put('outbox', pending)
    items.value = [...items.value, pending]
    tell({ kind: 'outbox' })
    void flush()
    return pending
  }

  /** Reads what is on disk, where other tabs write too. */
  async function load(): Promise<void> {
    if (!session.isIn) return
    items.value = (await (await disk()).getAll('outbox')).toSorted(inOrder)
  }

  /** Sends what can be sent. Only one tab does it at a time. */
  async function flush(): Promise<void> {
    clearTimeout(again)
    if (!navigator.onLine || !session.isIn || session.isOver) return
    const wait = await exclusively('outbox', sendAll)
    if (wait) again = setTimeout(flush, wait)
  }

  async function sendAll(): Promise<number> {
    await load()
    const waits = await Promise.all(lanesOf(waiting.value).map(sendLane))
    return Math.max(0, ...waits)
  }

  /** Sends a conversation's messages in order; returns how long to wait when the service cannot take them now. */
  async function sendLane(lane: Pending[]): Promise<number> {
    for (const pending of lane) {
      try {
        arrived(pending, await post(pending))
        isAway.value = false
        await remove(pending.id)
      } catch (cause) {
        const problem = Problem.from(cause)
        isAway.value = problem.status === 503
        if (problem.isPassing) return problem.status === 401 ? 0 : (problem.wait ?? PATIENCE / 1000) * 1000
        if (problem.status === 410 || (await isStored(pending, problem))) await remove(pending.id)
        else
          await update({
            ...latest(pending),
            refusal: { detail: problem.detail, fields: { ...problem.fields }, kind: problem.kind },
          })
      }
    }
    return 0
  }

  /**
   * Without locks, as on pages that are not served from a secure address, another tab may have sent it meanwhile. Its files
   * were then uploaded twice, so that this one looks like another message under the same id.
   */
  async function isStored(pending: Pending, problem: Problem): Promise<boolean> {
    if (!problem.field('/id')) return false
    const params = { path: { id: pending.id } }
    const stored = await ask(api.GET('/api/v1/messages/{id}', { params })).catch(() => undefined)
    if (stored) arrived(pending, stored)
    return !!stored
  }

  async function post(pending: Pending): Promise<Message> {
    const { id, conversation, to, subject, body, replyTo } = pending
    const attachments = await uploaded(pending)
    const where = conversation ? { conversation_id: conversation } : { to }
    const whole = { id, ...where, subject, body, attachments, ...(replyTo && { reply_to: replyTo }) }
    return ask(api.POST('/api/v1/messages', { body: whole }))
  }

  /** Uploads the files that the service does not have yet, and remembers each as it has arrived. */
  async function uploaded(pending: Pending): Promise<string[]> {
    const files = [...pending.files]
    const total = files.reduce((sum, { size }) => sum + size, 0) || 1
    let done = 0
    for (const [index, file] of files.entries()) {
      if (!file.id && file.blob) {
        const onProgress = (share: number) => progress.set(pending.id, (done + share * file.size) / total)
        const { id } = await upload(file.blob, file.name, onProgress)
        files[index] = { ...file, id }
        await update({ ...pending, files: [...files] })
      }
      done += file.size
    }
    progress.delete(pending.id)
    return files.flatMap(({ id }) => id ?? [])
  }

  /** The service has it: shown as sent until the stream tells more. */
  function arrived(pending: Pending, message: Message): void {
    if (!messages.entries.has(message.id)) {
      const recipients = pending.to?.length ?? 1
      messages.apply({ box: 'sent', message, recipients, delivered_to: 0, read_by: 0, deleted_at: null })
    }
  }

  /** Some of its files may have gone meanwhile. */
  function latest(pending: Pending): Pending {
    return items.value.find(({ id }) => id === pending.id) ?? pending
  }

  /** Tries a refused one again, as it is. */
  async function retry(id: string): Promise<void> {
    const pending = items.value.find((item) => item.id === id)
    if (!pending) return
    await update({ ...pending, refusal: undefined })
    await flush()
  }

  async function update(pending: Pending): Promise<void> {
    await (await disk()).put('outbox', pending)
    items.value = items.value.map((item) => (item.id === pending.id ? pending : item))
    tell({ kind: 'outbox' })
  }

  /** Takes one out: it was sent, or is discarded. */
  async function remove(id: string): Promise<void> {
    await (await disk()).delete('outbox', id)
    items.value = items.value.filter((item) => item.id !== id)
    progress.delete(id)
    tell({ kind: 'outbox' })
  }

  function clear(): void {
    clearTimeout(again)
    items.value = []
    isAway.value = false
    progress.clear()
  }

  return { items, waiting, progress, isAway, send, load, flush, retry, discard: remove, clear }
})
