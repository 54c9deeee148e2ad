import type { BrowserContext } from 'playwright-core'

/** Holds up whatever is asked for at some addresses until it is let go. */
export async function hold(context: BrowserContext, addresses: string): Promise<() => void> {
  let go = (): void => undefined
  const free = new Promise<void>((resolve) => (go = resolve))
  await context.route(addresses, async (route) => {
    await free
    await route.continue()
  })
  return () => go()
}
