import { ref } from 'vue'
import { api } from '@/api/client'
import { exclusively } from '@/api/exclusively'
import { Problem } from '@/api/problem'
import { backoff } from '@/live/backoff'

const LEAVING = 'tidings.leaving'

/**
 * Somebody has logged out while the service was away: no script can take the session's cookies away, so they are good until the
 * service has heard of it. It is told as soon as it is back, and before anybody logs in.
 */
export const isLeaving = ref(read())
let timer: ReturnType<typeof setTimeout> | undefined
let attempt = 0

function read(): boolean {
  return localStorage.getItem(LEAVING) !== null
}

/** Ends the session on the service, now or as soon as that is possible. */
export async function endSession(): Promise<void> {
  localStorage.setItem(LEAVING, 'yes')
  await finishLeaving().catch(later)
}

/** Tells the service of a log-out that it has not heard of. Throws when it cannot be told yet. */
export async function finishLeaving(): Promise<void> {
  await exclusively('leaving', async () => {
    if (!read()) return
    const { response } = await api.DELETE('/api/v1/sessions/current')
    const { ok, status, headers } = response
    // A session that is over already needs no more ending.
    if (!ok && status !== 401) throw Problem.read(status, '', headers.get('Retry-After'))
    localStorage.removeItem(LEAVING)
  })
  isLeaving.value = read()
}

/** Goes on with it after a reload, and when the network or the service is back. */
export function followLeaving(): void {
  addEventListener('storage', ({ key }) => {
    if (key === LEAVING) isLeaving.value = read()
  })
  addEventListener('online', again)
  again()
}

function again(): void {
  clearTimeout(timer)
  if (read()) void finishLeaving().then(() => (attempt = 0), later)
}

function later(): void {
  isLeaving.value = true
  clearTimeout(timer)
  timer = setTimeout(again, backoff(attempt++))
}
