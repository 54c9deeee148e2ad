import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { expect, inject, test } from 'vitest'
import { join } from 'node:path'
import { contextIn, launch, PICTURES } from './browser'
import { Complaints } from './complaints'
import { Person } from './person'

/** Makes people whom no other story knows. */
export type Meet = (name: string, options?: BrowserContextOptions) => Promise<Person>

interface House {
  browser: Browser
  url: string
  meet: Meet
  /** Another device of somebody's. */
  again: (person: Person, options?: BrowserContextOptions) => Promise<Person>
  alice: Person
  bob: Person
  /** A browser in which nobody is logged in. */
  stranger: { context: BrowserContext; complaints: Complaints }
}

/** A test with people in it. It fails when a browser had anything to complain about. */
export const story = test.extend<House>({
  browser: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launch()
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern
  url: async ({}, use) => use(inject('url')),
  meet: async ({ browser, url, task }, use) => {
    const met: Person[] = []
    await use(async (name, options) => {
      const person = await Person.meet(browser, url, unique(name), options)
      met.push(person)
      return person
    })
    if (task.result?.state === 'fail') await keep(met, task.name)
    await leave(met)
  },
  again: async ({ browser }, use) => {
    const devices: Person[] = []
    await use(async ({ api }, options) => {
      const device = await Person.at(browser, api, options)
      devices.push(device)
      return device
    })
    await leave(devices)
  },
  alice: async ({ meet }, use) => use(await meet('alice')),
  bob: async ({ meet }, use) => use(await meet('bob')),
  stranger: async ({ browser, url }, use) => {
    const context = await contextIn(browser, { baseURL: url })
    const complaints = new Complaints()
    await complaints.listen(context)
    await use({ context, complaints })
    await leave([{ context, complaints }])
  },
})

/** A name that nobody has yet. */
export function unique(name: string): string {
  return `${name}-${crypto.randomUUID().slice(0, 8)}`
}

/** What was to be seen when it failed. */
async function keep(people: Person[], story: string): Promise<void> {
  for (const { name, context } of people) {
    for (const [number, page] of context.pages().entries()) {
      const file = `failed ${story} ${name.split('-')[0]} ${number}.png`.replaceAll(/[^\w.]+/g, '-')
      await page.screenshot({ path: join(PICTURES, file) }).catch(() => undefined)
    }
  }
}

async function leave(people: { context: BrowserContext; complaints: Complaints }[]): Promise<void> {
  for (const { context } of people) await context.close()
  expect(people.flatMap(({ complaints }) => complaints.unexpected)).toEqual([])
}
