import { readFileSync } from 'node:fs'
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

    for (const path of [
      '/chats',
      '/inbox',
      '/sent',
      '/people',
      '/compose',
      `/chats/${groups[0]}`,
      `/chats/${groups[0]}/info`,
    ]) {
      await desk.page.goto(path)
      await seen(desk.rail)
      await desk.scrollThrough()
      await until(isPwned, false)
    }
    await desk.page.goto('/search')
    await desk.page.getByRole('searchbox').first().fill('tidingsPwned')
    await desk.page.keyboard.press('Enter')
    await seen(desk.page.locator('mark').first())
    expect(await isPwned()).toBe(false)
  },
)
