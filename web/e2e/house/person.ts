import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { Api, PASSWORD } from './api'
import { MANNERS } from './browser'
import { Complaints } from './complaints'

/** Somebody with an account and a browser of their own. */
export class Person {
  private constructor(
    readonly api: Api,
    readonly context: BrowserContext,
    readonly complaints: Complaints,
  ) {}

  /** Registers, and logs a new browser in. */
  static async meet(browser: Browser, url: string, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    return Person.at(browser, await Api.register(url, name), options)
  }

  /** Another device of somebody who has an account. */
  static async at(browser: Browser, api: Api, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ ...MANNERS, baseURL: api.url, ...options })
    const complaints = new Complaints()
    await complaints.listen(context)
    await logIn(context, api.username)
    return new Person(api, context, complaints)
  }

  get name(): string {
    return this.api.username
  }

  /** Opens a window. */
  async open(path = '/'): Promise<Page> {
    const page = await this.context.newPage()
    await page.goto(path)
    return page
  }
}

/** With a cookie, as the client does it; stories about logging in go through the form. */
async function logIn(context: BrowserContext, username: string): Promise<void> {
  const answer = await context.request.post('/api/v1/sessions', {
    data: { username, password: PASSWORD, cookie: true, device: 'a browser' },
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  if (!answer.ok()) throw new Error(`log in: ${answer.status()} ${await answer.text()}`)
}
