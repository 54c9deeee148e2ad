import { Problem } from '@/api/problem'

/** As many as a browser asks of one address at a time. */
const LANES = 6
/** A service that is asked to wait longer than this is left alone, in seconds. */
const PATIENCE = 10
/** How often somebody who asks too fast waits. */
const TRIES = 5

/**
 * Does the same with each of many: a few at a time, slower when the service says so, and whatever becomes of the others. What
 * has not begun when it is stopped is left out.
 */
export async function fewAtOnce<T>(
  items: readonly T[],
  run: (item: T) => Promise<unknown>,
  stop?: AbortSignal,
): Promise<PromiseSettledResult<unknown>[]> {
  const results: PromiseSettledResult<unknown>[] = []
  const left = items.entries()
  const lane = async () => {
    for (const [index, item] of left) {
      if (stop?.aborted) return
      results[index] = await patiently(() => run(item))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return results
}

async function patiently(run: () => Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { status: 'fulfilled', value: await run() }
    } catch (reason) {
      const wait = reason instanceof Problem && reason.status === 429 ? (reason.wait ?? 1) : Infinity
      if (attempt === TRIES || wait > PATIENCE) return { status: 'rejected', reason }
      await new Promise((resolve) => setTimeout(resolve, wait * 1_000))
    }
  }
}
