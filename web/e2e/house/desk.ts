import type { Locator, Page } from 'playwright-core'
import { gone, until } from './see'

export type Room = 'Chats' | 'Inbox' | 'Sent' | 'People' | 'Settings' | 'Admin'

/** One window, in the words that a person reads and a screen reader says: the stories know no others. */
export class Desk {
  readonly username: Locator
  readonly password: Locator
  readonly rail: Locator
  /** What is said in the open conversation. */
  readonly thread: Locator
  /** Where the next message is written. */
  readonly writing: Locator
  /** The dialog on top. */
  readonly dialog: Locator
  /** Short news at the edge, with what can be done about them. */
  readonly toast: Locator

  constructor(readonly page: Page) {
    this.username = page.getByLabel('Username', { exact: true })
    this.password = page.getByLabel('Password', { exact: true })
    this.rail = page.getByRole('navigation').first()
    this.thread = page.getByRole('log')
    this.writing = page.getByRole('textbox', { name: 'Message' })
    this.dialog = page.getByRole('dialog').last()
    this.toast = page.getByRole('status')
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name })
  }

  text(text: string | RegExp): Locator {
    return this.page.getByText(text)
  }

  /** Fills the form of the log-in screen, or of the dialog that stands for it. */
  async enter(username: string, password: string): Promise<void> {
    await this.username.fill(username)
    await this.password.fill(password)
    await this.page.getByRole('button', { name: 'Log in' }).click()
  }

  /** Logs in. A service that is too busy to compare passwords says so, and is asked again. */
  async logIn(username: string, password: string): Promise<void> {
    await this.enter(username, password)
    const isOut = async () => {
      const stays = new URL(this.page.url()).pathname === '/login'
      if (stays && (await this.page.getByRole('alert').isVisible())) await this.button('Log in').click()
      return stays
    }
    await until(isOut, false)
  }

  /** Gives the password again over the page, where a session has ended. */
  async renew(password: string): Promise<void> {
    const logIn = this.dialog.getByRole('button', { name: 'Log in' })
    await this.dialog.getByLabel('Password', { exact: true }).fill(password)
    await logIn.click()
    const isOver = async () => {
      const stays = await logIn.isVisible()
      if (stays && (await this.dialog.getByRole('alert').isVisible())) await logIn.click()
      return stays
    }
    await until(isOver, false)
    await gone(this.page.getByRole('dialog'))
  }

  /** Presses keys that belong together, as fast as a hand does: what is between them is no time of the story's. */
  async chord(...keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.page.keyboard.press(key)))
  }

  /** Goes to a room by the rail. */
  async go(room: Room): Promise<void> {
    await this.rail.getByRole('link').filter({ hasText: room }).click()
  }

  /** A bubble of the open conversation. */
  bubble(text: string): Locator {
    return this.thread.getByText(text, { exact: true })
  }

  /** A row of the left panel, by the partner's or the group's name. */
  chat(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Conversations' })
      .getByRole('link')
      .filter({ hasText: name })
  }

  /** A row of the inbox or the sent box, by what it shows. */
  row(text: string): Locator {
    return this.page.getByRole('main').getByRole('listitem').filter({ hasText: text })
  }

  /** Until the worker can give the page without a network. */
  async ready(): Promise<void> {
    await this.page.evaluate(async () => void (await navigator.serviceWorker.ready))
  }

  /** Until what is shown is on the disk of this browser, where it is written a moment later: `lists`, or `thread:ID`. */
  async remembers(...names: string[]): Promise<void> {
    for (const name of names) await until(() => this.page.evaluate(isKept, name), true)
  }

  /** Brings every part of a screen into view once. */
  async scrollThrough(): Promise<void> {
    await this.page.evaluate(async () => {
      const places = [...document.querySelectorAll('*')].filter(
        (place) => place.clientHeight > 40 && place.scrollHeight > place.clientHeight + 40,
      )
      for (const place of places) {
        for (let top = 0; top < place.scrollHeight; top += place.clientHeight / 2) {
          place.scrollTop = top
          await new Promise((resolve) => requestAnimationFrame(resolve))
        }
      }
    })
  }

  async say(text: string): Promise<void> {
    await this.writing.fill(text)
    await this.writing.press('Enter')
  }
}

async function isKept(name: string): Promise<boolean> {
  const account = JSON.parse(localStorage.getItem('tidings.account') ?? '{}') as { id: string }
  const disk = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(`tidings-${account.id}`)
    opening.addEventListener('success', () => resolve(opening.result))
    opening.addEventListener('error', () => reject(opening.error!))
  })
  const kept = await new Promise((resolve) => {
    const asking = disk.transaction('kept').objectStore('kept').get(name)
    asking.addEventListener('success', () => resolve(asking.result))
  })
  disk.close()
  const things = Array.isArray(kept) ? kept : (kept as { inbox: unknown[] } | undefined)?.inbox
  return !!things?.length
}
