const FIRST = 1_000
const LONGEST = 30_000

/** How long to wait before the next attempt: twice as long each time, and spread, so that a crowd does not come at once. */
export function backoff(attempt: number, random = Math.random()): number {
  const longest = Math.min(LONGEST, FIRST * 2 ** attempt)
  return Math.round(longest * (0.5 + random / 2))
}
