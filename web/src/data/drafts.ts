import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { api } from '@/api/client'
import { diskOf } from './disk'
import { useSession } from './session'

/** The service is told once the writer pauses. */
const PAUSE = 1_500

/** What was begun to be written: on disk at once, on the service (and so on every own device) a moment later. */
export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  const drafts = reactive(new Map<string, string>())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const asked = new Set<string>()
  /** Conversations of which the service has a draft. */
  const pushed = new Set<string>()

  const disk = () => diskOf(session.account?.id ?? '')

  /** Reads those on this device. */
  async function load(): Promise<void> {
    const store = await disk()
    const [keys, values] = await Promise.all([store.getAllKeys('drafts'), store.getAll('drafts')])
    for (const [index, key] of keys.entries()) {
      // Somebody may be writing already.
      if (!drafts.has(key)) drafts.set(key, values[index]!.body)
    }
  }

  /** What was written on another device, unless something was here. */
  async function fetch(conversation: string): Promise<void> {
    if (asked.has(conversation) || drafts.has(conversation)) return
    asked.add(conversation)
    const path = { id: conversation }
    const { data } = await api.GET('/api/v1/conversations/{id}/draft', { params: { path } })
    if (data) pushed.add(conversation)
    if (data?.body && !drafts.has(conversation)) drafts.set(conversation, data.body)
  }

  function write(conversation: string, body: string): void {
    if (body) drafts.set(conversation, body)
    else drafts.delete(conversation)
    void keep(conversation, body)
    clearTimeout(timers.get(conversation))
    timers.set(
      conversation,
      setTimeout(() => push(conversation, body), PAUSE),
    )
  }

  async function keep(conversation: string, body: string): Promise<void> {
    const store = await disk()
    if (body) await store.put('drafts', { body, at: Date.now() }, conversation)
    else await store.delete('drafts', conversation)
  }

  function push(conversation: string, body: string): void {
    const params = { path: { id: conversation } }
    const url = '/api/v1/conversations/{id}/draft'
    const isKept = !!body.trim()
    if (!isKept && !pushed.delete(conversation)) return
    if (isKept) pushed.add(conversation)
    const call = isKept ? api.PUT(url, { params, body: { body } }) : api.DELETE(url, { params })
    call.catch(() => undefined)
  }

  function clear(): void {
    for (const timer of timers.values()) clearTimeout(timer)
    drafts.clear()
    asked.clear()
    pushed.clear()
  }

  return { drafts, load, fetch, write, clear }
})
