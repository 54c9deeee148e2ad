import type { Page } from 'playwright-core'

interface Watching {
  tidingsFrames: number[]
  tidingsWatch: boolean
}

async function framesWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
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

export interface Frames {
  /** What all but one in twenty are below, in milliseconds. */
  most: number
  longest: number
}

/** How long a page's frames are while it rests, and while something is done: a machine that is busy makes all of them long. */
export async function compareFrames(page: Page, act: () => Promise<void>): Promise<[Frames, Frames]> {
  const resting = await framesWhile(page, () => page.waitForTimeout(1_000))
  return [summary(resting), summary(await framesWhile(page, act))]
}

function summary(longestFirst: number[]): Frames {
  return { most: longestFirst[Math.floor(longestFirst.length / 20)] ?? 0, longest: longestFirst[0] ?? 0 }
}
