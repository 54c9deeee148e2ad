import type { Locator, Page } from 'playwright-core'

export type Room = 'Chats' | 'Inbox' | 'Sent' | 'People' | 'Settings'

/** One window, in the words that a person reads and a screen reader says: the stories know no others. */
export class Desk {
  readonly username: Locator
  readonly password: Locator
  readonly logIn: Locator
  /** What is said in the open conversation. */
  readonly thread: Locator
  /** Where the next message is written. */
  readonly writing: Locator
  readonly send: Locator
  /** Dialogs; the last one lies on top. */
  readonly dialog: Locator

  constructor(readonly page: Page) {
    this.username = page.getByLabel('Username', { exact: true })
    this.password = page.getByLabel('Password', { exact: true })
    this.logIn = page.getByRole('button', { name: 'Log in' })
    this.thread = page.getByRole('log')
    this.writing = page.getByRole('textbox', { name: 'Message' })
    this.send = page.getByRole('button', { name: 'Send' })
    this.dialog = page.getByRole('dialog').last()
  }

  /** Goes to a room by the rail. */
  async go(room: Room): Promise<void> {
    await this.page.getByRole('link', { name: room }).first().click()
  }

  /** A bubble of the open conversation. */
  bubble(text: string): Locator {
    return this.thread.getByText(text, { exact: true })
  }

  /** A row of the left panel, by the partner's or the group's name. */
  chat(name: string): Locator {
    return this.page.getByRole('link', { name: new RegExp(escape(name)) })
  }

  async say(text: string): Promise<void> {
    await this.writing.fill(text)
    await this.writing.press('Enter')
  }
}

const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
