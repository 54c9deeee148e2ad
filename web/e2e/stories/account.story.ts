import { expect } from 'vitest'
import { Api, PASSWORD } from '../house/api'
import { Desk } from '../house/desk'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'who erases the account is out, the name is nobody, and what was written is gone',
  async ({ alice, bob }) => {
    const { conversation_id } = await alice.api.send(bob.name, 'a secret')
    const desk = await alice.open('/settings')
    await desk.button('Erase account').first().click()
    await desk.dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await desk.dialog.getByRole('button', { name: 'Erase everything' }).click()
    await seen(desk.text('Enter Username and password'))
    await expect(Api.logIn(bob.api.url, alice.name)).rejects.toThrow('401')

    const bobs = await bob.open(`/chats/${conversation_id}`)
    await seen(bobs.thread.getByText('This message was unsent'))
    await gone(bobs.bubble('a secret'))
  },
)

story('a session is ended from the list of devices', async ({ alice, stranger }) => {
  const phone = new Desk(await stranger.context.newPage())
  stranger.complaints.expect(/status of 401/)
  await phone.page.goto('/login')
  await phone.logIn(alice.name, PASSWORD)
  await seen(phone.rail)
  const desk = await alice.open('/settings')
  // Not the one that asks.
  const others = desk.page.getByRole('listitem').filter({ hasNotText: 'a program' })
  await others.getByRole('button', { name: 'Log out' }).first().click()
  await until(async () => (await alice.api.ask<{ items: unknown[] }>('GET', '/sessions')).items.length, 2)
})
