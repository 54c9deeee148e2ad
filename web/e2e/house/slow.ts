import type { BrowserContext, Page } from 'playwright-core'

/** How many times slower than it is every page thinks. */
export const SLOWER = Number(process.env.TIDINGS_E2E_SLOWER ?? 1)

/** How late each file and each answer may be, in milliseconds. How late one is, is left to chance. */
export const LATE = Number(process.env.TIDINGS_E2E_LATE ?? 0)

/** A machine that has other things to do, for the whole life of a context: what a story expects has to hold all the same. */
export async function slowDown(context: BrowserContext): Promise<void> {
  if (SLOWER > 1) {
    context.on('page', (page) => void throttle(page).catch(() => undefined))
    for (const page of context.pages()) await throttle(page)
  }
  if (LATE > 0) {
    await context.route('**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LATE))
      await route.continue().catch(() => undefined)
    })
  }
}

async function throttle(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
}
