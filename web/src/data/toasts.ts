import { defineStore } from 'pinia'
import { ref } from 'vue'
import { Problem } from '@/api/problem'
import { sentenceOf } from '@/parts/sentence'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'failed'
  action?: { label: string; run(): void }
}

/** Long enough to read it, in milliseconds. */
const LIFE = 7_000
/** Long enough to change one's mind, and to get there by the keyboard. */
const OFFERED = 20_000
/** Counted in steps of this: while the page hangs nobody can read, and only one of them goes by. */
const STEP = 1_000

/** Short words about what has just happened. */
export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  const timers = new Map<number, ReturnType<typeof setTimeout>>()
  let count = 0

  function say(text: string, action?: Toast['action'], kind: Toast['kind'] = 'done'): void {
    const toast = { id: ++count, text, kind, ...(action && { action }) }
    toasts.value = [...toasts.value.slice(-2), toast]
    rest(toast.id)
  }

  function fail(cause: unknown): void {
    say(sentenceOf(Problem.from(cause)), undefined, 'failed')
  }

  /** Runs the last action that is still offered, such as undo. */
  function undo(): void {
    const last = toasts.value.findLast(({ action }) => action)
    if (!last) return
    close(last.id)
    last.action?.run()
  }

  function close(id: number): void {
    hold(id)
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  /** It stays while somebody points at it. */
  function hold(id: number): void {
    clearTimeout(timers.get(id))
    timers.delete(id)
  }

  function rest(id: number, left = lifeOf(id)): void {
    hold(id)
    timers.set(
      id,
      setTimeout(() => (left > STEP ? rest(id, left - STEP) : close(id)), STEP),
    )
  }

  const lifeOf = (id: number) => (toasts.value.find((toast) => toast.id === id)?.action ? OFFERED : LIFE)

  return { toasts, say, fail, undo, close, hold, rest }
})
