import axe, { type AxeResults } from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'

interface Measured {
  /** By how much the page jumped, as browsers measure it; below 0.1 is called good. */
  tidingsShift?: number
  axe: typeof axe
}

/** Puts the instruments into every page of a context, in front of the page's own scripts. */
export async function instrument(context: BrowserContext): Promise<void> {
  await context.addInitScript(axe.source)
  await context.addInitScript(() => {
    const measured = globalThis as unknown as Measured
    measured.tidingsShift = 0
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as (PerformanceEntry & {
        value: number
        hadRecentInput: boolean
      })[]) {
        if (!shift.hadRecentInput) measured.tidingsShift! += shift.value
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
}

export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as Measured).tidingsShift ?? 0)
}

/** What axe calls serious or critical, contrast and labels included: one line a finding. */
export async function barriers(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(() =>
    (globalThis as unknown as Measured).axe.run(document),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
    )
}
