import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import { slowDown } from './slow'
import { PATIENCE } from './see'

/** The distribution's, or another one. */
const PROGRAM = process.env.TIDINGS_CHROMIUM ?? '/usr/bin/chromium'

/** Where screens are kept as they looked. */
export const PICTURES = fileURLToPath(new URL('../pictures', import.meta.url))

/** It asks nobody for anything, and runs as root in a machine that is thrown away. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1280, height: 800 }

/** One language, one zone: what a screen says must not hang on the machine. */
export const MANNERS: BrowserContextOptions = { locale: 'en-GB', timezoneId: 'UTC', viewport: DESKTOP }

const settings = { executablePath: PROGRAM, args: QUIET, headless: true }

export const launch = (): Promise<Browser> => chromium.launch(settings)

/** A profile of its own in a browser that others have, too. */
export async function contextIn(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return prepared(await browser.newContext({ ...MANNERS, ...options }))
}

/** A browser with a profile on disk, which can be closed and opened again. */
export async function launchWithProfile(
  folder: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return prepared(await chromium.launchPersistentContext(folder, { ...settings, ...MANNERS, ...options }))
}

async function prepared(context: BrowserContext): Promise<BrowserContext> {
  context.setDefaultTimeout(PATIENCE)
  await slowDown(context)
  return context
}
