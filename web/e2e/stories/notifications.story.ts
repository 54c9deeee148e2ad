import { expect } from 'vitest'
import { Desktop } from '../house/notifications'
import type { Person } from '../house/person'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'the browser is asked for notifications after the first own message, and never before',
  async ({ alice, bob }) => {
    const desktop = await desktopOf(alice)
    const { conversation_id } = await bob.api.send(alice.name, 'hello')
    const desk = await alice.open(`/chats/${conversation_id}`)
    await seen(desk.bubble('hello'))
    await seen(desk.chat(bob.name))
    expect([desktop.asked, await desk.button('Yes, please').count()]).toEqual([0, 0])
    await desk.say('hello yourself')
    await seen(desk.button('Yes, please'))
    expect(desktop.asked).toBe(0)
    await desk.button('Yes, please').click()
    await gone(desk.button('Yes, please'))
    await until(() => desktop.asked, 1)
    await desk.go('Settings')
    await until(() => desk.page.getByRole('switch', { name: 'Desktop notifications' }).isChecked(), true)
  },
)

story(
  'several windows make one notification of a message, and none while one of them is looked at',
  async ({ alice, bob }) => {
    const desktop = await desktopOf(alice)
    const { conversation_id } = await bob.api.send(alice.name, 'hello')
    const one = await alice.open('/settings')
    await one.page.getByRole('switch', { name: 'Desktop notifications' }).click()
    const other = await alice.open('/inbox')
    const pages = [one.page, other.page]
    const texts = () => desktop.notified.map(({ title, body }) => [title, body])
    const told = async (text: string) => {
      await bob.api.say(conversation_id, text)
      for (const desk of [one, other]) await seen(desk.chat(bob.name).filter({ hasText: text }))
    }

    // Neither that which holds the stream nor the other one.
    for (const page of pages) {
      await desktop.look(pages, page)
      await told(`while I look ${pages.indexOf(page)}`)
    }
    await desktop.look(pages)
    await told('while nobody looks')
    await until(texts, [[bob.name, 'while nobody looks']])
    await told('and another one')
    await until(texts, [
      [bob.name, 'while nobody looks'],
      [bob.name, 'and another one'],
    ])
    expect(new Set(desktop.notified.map(({ tag }) => tag)).size).toBe(2)

    const { page } = desktop.notified.at(-1)!
    await desktop.click()
    await page.waitForURL(`**/chats/${conversation_id}`)
  },
)

story('a muted conversation is quiet, and a group says who speaks', async ({ alice, bob }) => {
  const desktop = await desktopOf(alice)
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const group = await bob.api.group('The choir', [alice.name])
  await bob.api.say(group.id, 'welcome')
  await alice.api.caughtUp()
  await alice.api.ask('PUT', `/conversations/${conversation_id}/mute`)
  const desk = await alice.open('/settings')
  await desk.page.getByRole('switch', { name: 'Desktop notifications' }).click()
  await desktop.look([desk.page])
  await bob.api.say(conversation_id, 'psst')
  await seen(desk.chat(bob.name).filter({ hasText: 'psst' }))
  await bob.api.say(group.id, 'one, two')
  await until(
    () => desktop.notified.map(({ title, body }) => [title, body]),
    [['The choir', `${bob.name}: one, two`]],
  )
})

async function desktopOf({ context }: Person): Promise<Desktop> {
  const desktop = new Desktop()
  await desktop.attach(context)
  return desktop
}
