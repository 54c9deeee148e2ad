import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { api } from '@/api/client'
import type { Person } from '@/api/types'

/** Somebody who says nothing more for this long has stopped. */
const FADE = 5_000
/** The service is told at most this often. */
const PAUSE = 3_000

/** Who is writing where, just now. */
export const useTyping = defineStore('typing', () => {
  const writing = reactive(new Map<string, Person[]>())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let saidAt = 0

  function start(conversation: string, person: Person): void {
    const others = (writing.get(conversation) ?? []).filter(({ id }) => id !== person.id)
    writing.set(conversation, [...others, person])
    const key = `${conversation} ${person.id}`
    clearTimeout(timers.get(key))
    timers.set(
      key,
      setTimeout(() => stop(conversation, person.id), FADE),
    )
  }

  function stop(conversation: string, person: string): void {
    const rest = (writing.get(conversation) ?? []).filter(({ id }) => id !== person)
    if (rest.length) writing.set(conversation, rest)
    else writing.delete(conversation)
  }

  /** Says that we are writing. Nothing is lost when nobody hears it. */
  function say(conversation: string): void {
    if (Date.now() - saidAt < PAUSE || !navigator.onLine) return
    saidAt = Date.now()
    api.POST('/api/v1/typing', { body: { conversation_id: conversation } }).catch(() => undefined)
  }

  return { writing, start, stop, say }
})
