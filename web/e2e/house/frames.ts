import type { Page } from 'playwright-core'

interface Watching {
  tidingsFrames: number[]
  tidingsWatch: boolean
}

/** How long each frame took while something was done, in milliseconds, the longest first. */
export async function framesWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const watching = globalThis as unknown as Watching
    watching.tidingsFrames = []
    watching.tidingsWatch = true
    let before = performance.now()
    const step = (now: number) => {
      watching.tidingsFrames.push(now - before)
      before = now
      if (watching.tidingsWatch) requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
  await act()
  const frames = await page.evaluate(() => {
    const watching = globalThis as unknown as Watching
    watching.tidingsWatch = false
    return watching.tidingsFrames
  })
  return frames.slice(1).toSorted((a, b) => b - a)
}

/** The value that all but a share of them are below. */
export function percentile(sorted: number[], share: number): number {
  return sorted[Math.floor(sorted.length * (1 - share))] ?? 0
}
