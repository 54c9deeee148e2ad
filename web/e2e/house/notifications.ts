import type { BrowserContext, Page } from 'playwright-core'

export interface Notified {
  title: string
  body: string
  tag: string
  /** The window that showed it. */
  page: Page
}

interface Stubbed {
  tidingsNotified(told: Omit<Notified, 'page'>): void
  tidingsNotifications: EventTarget[]
  tidingsLooks: boolean
}

/**
 * Stands for the desktop: a browser without a screen shows no notification, and takes every window for the one that has the
 * focus. What is asked for and shown is counted over all windows.
 */
export class Desktop {
  readonly notified: Notified[] = []
  asked = 0

  /** Before any window is opened. */
  async attach(context: BrowserContext): Promise<void> {
    await context.exposeBinding('tidingsNotified', ({ page }, told: Omit<Notified, 'page'>) => {
      this.notified.push({ ...told, page })
    })
    await context.exposeBinding('tidingsAsked', () => void this.asked++)
    await context.addInitScript(stub)
  }

  /** Somebody looks at one of the windows, or at none. */
  async look(pages: Page[], at?: Page): Promise<void> {
    for (const page of pages) {
      await page.evaluate((looks) => {
        ;(globalThis as unknown as Stubbed).tidingsLooks = looks
        dispatchEvent(new Event(looks ? 'focus' : 'blur'))
      }, page === at)
    }
  }

  /** Follows the last one. */
  async click(): Promise<void> {
    await this.notified.at(-1)!.page.evaluate(() => {
      ;(globalThis as unknown as Stubbed).tidingsNotifications.at(-1)!.dispatchEvent(new Event('click'))
    })
  }
}

function stub(): void {
  const page = globalThis as unknown as Stubbed & { tidingsAsked(): void; Notification: unknown }
  page.tidingsNotifications = []
  page.tidingsLooks = true
  document.hasFocus = () => page.tidingsLooks
  page.Notification = class extends EventTarget {
    static get permission() {
      return localStorage.getItem('test-permission') ?? 'default'
    }
    static requestPermission() {
      page.tidingsAsked()
      localStorage.setItem('test-permission', 'granted')
      return Promise.resolve('granted')
    }
    constructor(title: string, { body, tag }: { body: string; tag: string }) {
      super()
      page.tidingsNotifications.push(this)
      page.tidingsNotified({ title, body, tag })
    }
    close() {
      this.dispatchEvent(new Event('close'))
    }
  }
}
