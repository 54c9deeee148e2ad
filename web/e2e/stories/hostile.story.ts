import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { seen, until } from '../house/see'
import { story } from '../house/story'

const INJECTIONS = JSON.parse(
  readFileSync(new URL('../injections.json', import.meta.url), 'utf8'),
) as string[]

// That no policy was broken, story.ts looks after: it fails on every report.
story(
  'a hundred script injections stay text as names, titles, subjects and bodies',
  async ({ alice, bob }) => {
    expect(INJECTIONS.length).toBeGreaterThanOrEqual(100)
    await alice.context.addInitScript(() => {
      const page = globalThis as unknown as { tidingsPwned(): void; tidingsIsPwned?: boolean }
      page.tidingsPwned = () => (page.tidingsIsPwned = true)
    })
    const direct = await bob.api.send(alice.name, 'beware')
    const groups: string[] = []
    for (const text of INJECTIONS) {
      const name = text.replaceAll('\n', ' ').slice(0, 100)
      await bob.api.ask('PATCH', '/me', { first_name: name, last_name: name })
      await bob.api.send(alice.name, text, { subject: text.slice(0, 200) })
      groups.push((await bob.api.group(name, [alice.name])).id)
    }
    const desk = await alice.open(`/chats/${direct.conversation_id}`)
    const isPwned = () =>
      desk.page.evaluate(
        () => (globalThis as unknown as { tidingsIsPwned?: boolean }).tidingsIsPwned ?? false,
      )
    const last = INJECTIONS.at(-1)!
    await desk.page.getByRole('button', { name: 'Jump to latest' }).click()
    await seen(desk.thread.getByText(last))

    const main = desk.page.getByRole('main')
    const places: [path: string, shows: Locator][] = [
      ['/chats', desk.chat(bob.name)],
      ['/inbox', main.getByRole('listitem')],
      ['/sent', main.getByText('Nothing here')],
      ['/people', main.getByRole('listitem')],
      ['/compose', desk.writing],
      [`/chats/${groups[0]}`, main.getByRole('heading')],
      [`/chats/${groups[0]}/info`, main.getByText(bob.name)],
    ]
    for (const [path, shows] of places) {
      await desk.page.goto(path)
      await seen(shows)
      await desk.scrollThrough()
      await until(isPwned, false)
    }
    await until(() => bob.api.finds('tidingsPwned'), true)
    await desk.page.goto('/search')
    await desk.page.getByRole('searchbox').first().fill('tidingsPwned')
    await desk.page.keyboard.press('Enter')
    await seen(desk.page.locator('mark').first())
    expect(await isPwned()).toBe(false)
  },
)
