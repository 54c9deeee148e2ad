import type { Locator } from 'playwright-core'
import { expect } from 'vitest'

/** How long news may take to be seen, on a machine that is busy: longer than the client ever waits before it tries again. */
export const PATIENCE = 60_000

export const seen = (place: Locator): Promise<void> => turned(place, 'visible')

/** None of it is to be seen. */
export const gone = (place: Locator): Promise<void> => turned(place.filter({ visible: true }), 'hidden')

/** Says what stood on the page instead when it is not so. */
async function turned(place: Locator, state: 'visible' | 'hidden'): Promise<void> {
  try {
    await place.first().waitFor({ state, timeout: PATIENCE })
  } catch (cause) {
    const page = place.page()
    const stood = await page
      .locator('body')
      .innerText({ timeout: 1_000 })
      .catch(() => 'nothing that could be read')
    throw new Error(`${String(place)} is not ${state} at ${page.url()}, where this stands:\n${stood}`, {
      cause,
    })
  }
}

/** Waits until something is so, and says what it was when it is not. */
export async function until<T>(look: () => T | Promise<T>, expected: T): Promise<void> {
  await expect.poll(look, { timeout: PATIENCE, interval: 50 }).toEqual(expected)
}
