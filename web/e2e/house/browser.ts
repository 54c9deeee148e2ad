import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core'

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

/** A browser with a profile on disk, which can be closed and opened again. */
export const launchWithProfile = (folder: string, options: BrowserContextOptions = {}) =>
  chromium.launchPersistentContext(folder, { ...settings, ...MANNERS, ...options })
