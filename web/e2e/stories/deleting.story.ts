import { expect } from 'vitest'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'a deleted message comes back by undo, and without it is gone from the own box only',
  async ({ alice, bob }) => {
    await bob.api.send(alice.name, 'keep me')
    await bob.api.send(alice.name, 'throw me away')
    const desk = await alice.open('/inbox')
    const row = desk.row('throw me away')
    await seen(row)

    await row.getByRole('checkbox').check()
    await desk.button('Delete').first().click()
    await gone(row)
    await desk.toast.getByRole('button', { name: 'Undo' }).click()
    await seen(row)
    await until(async () => (await alice.api.inbox()).length, 2)

    await row.getByRole('checkbox').check()
    await desk.button('Delete').first().click()
    await gone(row)
    await until(async () => (await alice.api.inbox()).map(({ body }) => body), ['keep me'])
    await desk.page.reload()
    await seen(desk.row('keep me'))
    expect(await row.count()).toBe(0)
    expect((await bob.api.sent()).length).toBe(2)
  },
)
