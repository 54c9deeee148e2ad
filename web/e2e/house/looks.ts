import axe, { type AxeResults } from 'axe-core'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { PICTURES } from './browser'
import type { Desk } from './desk'

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

/**
 * Until the fonts are there and nothing moves any more. Everything is painted once more then: without a graphics card a busy
 * browser may leave out words whose letters it has only just got.
 */
export async function rest(desk: Desk): Promise<void> {
  await desk.page.evaluate(async () => {
    const frames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    await document.fonts.ready
    // What turns for ever is never at rest.
    const ending = document
      .getAnimations()
      .filter((it) => it.effect?.getComputedTiming().endTime !== Infinity)
    await Promise.all(ending.map((animation) => animation.finished.catch(() => undefined)))
    await frames()
    const { style } = document.documentElement
    style.setProperty('opacity', '0.99')
    await frames()
    style.removeProperty('opacity')
    await frames()
  })
}

/** Takes the picture, and says what is wrong with the screen. */
export async function look(desk: Desk, name: string): Promise<string[]> {
  await desk.page.screenshot({ path: join(PICTURES, `${name}.png`) })
  const found = (await barriers(desk.page)).map((finding) => `${name}: ${finding}`)
  const shift = await layoutShift(desk.page)
  if (shift >= 0.1) found.push(`${name}: jumped by ${shift.toFixed(3)}`)
  found.push(...(await cramped(desk)).map((target) => `${name}: ${target}`))
  const overflow = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (overflow > 0) found.push(`${name}: ${overflow} pixels wider than the window`)
  return found
}

/** What a finger may miss: smaller than 44 by 44 pixels, as far as it does not stand in a line of text. */
function cramped(desk: Desk): Promise<string[]> {
  return desk.page.evaluate(() => {
    const targets = [...document.querySelectorAll<HTMLElement>('a, button, select, input:not([type=hidden])')]
    return targets.flatMap((target) => {
      const { width, height } = (target.closest('label, .field') ?? target).getBoundingClientRect()
      const isShown = width > 1 && height > 1 && target.checkVisibility({ opacityProperty: true })
      const isInText = getComputedStyle(target).display === 'inline'
      if (!isShown || isInText || (width >= 44 && height >= 44)) return []
      return `${target.tagName} "${target.ariaLabel ?? target.textContent?.trim()}" ${Math.round(width)} × ${Math.round(height)}`
    })
  })
}
