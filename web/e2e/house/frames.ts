import type { Page } from 'playwright-core'

interface Watching {
  tidingsFrames: number[]
  tidingsWatch: boolean
}

/** What a page did while something was done with it, in milliseconds. */
export interface Frames {
  /** What all but one in twenty took, by the clock. */
  most: number
  longest: number
  /** The page's own work for one of them, however busy the machine is with others. */
  work: number
}

export async function framesWhile(page: Page, act: () => Promise<void>): Promise<Frames> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  await page.evaluate(watch)
  const before = await worked()
  await act()
  const work = (await worked()) - before
  const frames = await page.evaluate(() => {
    const watching = globalThis as unknown as Watching
    watching.tidingsWatch = false
    return watching.tidingsFrames
  })
  await devtools.detach()
  const longestFirst = frames.toSorted((a, b) => b - a)
  const most = longestFirst[Math.floor(frames.length / 20)] ?? 0
  return { most, longest: longestFirst[0] ?? 0, work: work / frames.length }
}

function watch(): void {
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
}
