import type { Locator } from 'playwright-core'
import { expect } from 'vitest'

/** How long news may take to be seen, on a machine that is busy. */
export const PATIENCE = 15_000

export const seen = (place: Locator): Promise<void> =>
  place.first().waitFor({ state: 'visible', timeout: PATIENCE })

export const gone = (place: Locator): Promise<void> =>
  place.first().waitFor({ state: 'hidden', timeout: PATIENCE })

/** Waits until something is so, and says what it was when it is not. */
export async function until<T>(look: () => T | Promise<T>, expected: T): Promise<void> {
  await expect.poll(look, { timeout: PATIENCE, interval: 50 }).toEqual(expected)
}
