import { expect } from 'vitest'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'a message to a person chosen from the select arrives in the other window, and its ticks turn to read',
  async ({ alice, bob }) => {
    const bobs = await bob.open()
    const alices = await alice.open()
    await alices.button('Compose new message').first().click()
    await alices.page.getByRole('combobox', { name: 'Select Username to chat' }).fill(bob.name)
    await alices.page.getByRole('option', { name: bob.name }).click()
    await alices.page.getByRole('textbox', { name: 'Subject' }).fill('The harbour')
    await alices.writing.fill('Shall we meet at ten?')
    await alices.button('Send').click()
    await seen(alices.bubble('Shall we meet at ten?'))

    await seen(bobs.chat(alice.name))
    await until(() => bobs.page.title(), '(1) tidings')
    await seen(alices.page.getByRole('img', { name: 'Delivered' }))

    await bobs.chat(alice.name).first().click()
    await seen(bobs.bubble('Shall we meet at ten?'))
    await seen(alices.page.getByRole('img', { name: 'Read' }))
    await until(() => bobs.page.title(), 'tidings')

    await bobs.say('At the big crane.')
    await seen(alices.bubble('At the big crane.'))
  },
)

story('what was sent is in the sent box, with its subject and how far it came', async ({ alice, bob }) => {
  await alice.api.send(bob.name, 'the body', { subject: 'the subject' })
  const desk = await alice.open('/sent')
  await seen(desk.text('the subject'))
  await seen(desk.text('the body'))
  await seen(desk.text(bob.name))
})

story('the same words twice are two messages, and one send is one bubble', async ({ alice, bob }) => {
  const { conversation_id } = await alice.api.send(bob.name, 'first')
  const desk = await alice.open(`/chats/${conversation_id}`)
  await desk.say('again')
  await desk.say('again')
  await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['again', 'again', 'first'])
  await until(() => desk.bubble('again').count(), 2)
  await desk.page.reload()
  await until(() => desk.bubble('again').count(), 2)
})

story('a message is edited with the arrow up, and taken back for everybody', async ({ alice, bob }) => {
  const { conversation_id } = await alice.api.send(bob.name, 'the frist')
  const [alices, bobs] = [
    await alice.open(`/chats/${conversation_id}`),
    await bob.open(`/chats/${conversation_id}`),
  ]
  await seen(alices.bubble('the frist'))
  await alices.writing.press('ArrowUp')
  await until(() => alices.writing.inputValue(), 'the frist')
  await alices.writing.fill('the first')
  await alices.writing.press('Enter')
  await seen(bobs.bubble('the first'))
  await gone(bobs.bubble('the frist'))
  expect(await bobs.thread.getByText('edited').count()).toBe(1)
})
