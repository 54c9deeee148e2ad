import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { Api, PASSWORD } from './api'
import { contextIn } from './browser'
import { Complaints } from './complaints'
import { Desk } from './desk'
import { seen } from './see'

/** Somebody with an account and a browser of their own. */
export class Person {
  private isIn = false

  private constructor(
    readonly api: Api,
    readonly context: BrowserContext,
    readonly complaints: Complaints,
  ) {}

  /** Registers with a new browser. */
  static async meet(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    return Person.at(browser, await Api.register(url, name), options)
  }

  /** Another device of somebody who has an account. */
  static async at(browser: Browser, api: Api, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await contextIn(browser, { baseURL: api.url, ...options })
    const complaints = new Complaints()
    await complaints.listen(context)
    return new Person(api, context, complaints)
  }

  get name(): string {
    return this.api.username
  }

  /** Opens a window; the first one logs in. */
  async open(path = '/'): Promise<Desk> {
    const desk = new Desk(await this.context.newPage())
    if (this.isIn) {
      await desk.page.goto(path)
    } else {
      await desk.page.goto(`/login?next=${encodeURIComponent(path)}`)
      await desk.logIn(this.name, PASSWORD)
      this.isIn = true
    }
    await seen(desk.rail)
    return desk
  }
}
