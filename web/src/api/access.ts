import { exclusively } from './exclusively'
import { Problem } from './problem'
import { reach } from './reach'

/**
 * The session's cookies, which no script can read: all that is known here is until when they are good. Kept where every tab
 * sees it, so that one refreshes for all.
 */
const UNTIL = 'tidings.access-until'
/** A request must still arrive in time, however slow its way. */
const MARGIN = 60_000

const listeners = new Set<() => void>()

export function grant(seconds: number): void {
  localStorage.setItem(UNTIL, String(Date.now() + seconds * 1000))
}

export function withdraw(): void {
  localStorage.removeItem(UNTIL)
}

/** Called when the session is over and only a new log-in helps. */
export function onSessionOver(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function sessionIsOver(): void {
  withdraw()
  for (const listener of listeners) listener()
}

function isFresh(): boolean {
  return Number(localStorage.getItem(UNTIL) ?? 0) - MARGIN > Date.now()
}

/** Makes sure that the next request is let in. Says whether it is; throws when that cannot be found out. */
export async function keepAccess(): Promise<boolean> {
  return isFresh() || exclusively('refresh', async () => isFresh() || refresh())
}

/** For when a request was refused although its time had not come. */
export async function renewAccess(): Promise<boolean> {
  withdraw()
  return keepAccess()
}

async function refresh(): Promise<boolean> {
  const answer = await reach('/api/v1/sessions/refresh', { method: 'POST' })
  if (answer.status === 401) return false
  if (!answer.ok) throw await Problem.of(answer)
  const { expires_in } = (await answer.json()) as { expires_in: number }
  grant(expires_in)
  return true
}
