import { expect } from 'vitest'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

const OFFLINE = /ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED/

story(
  'what is written offline survives a reload, and is sent once each and in order',
  async ({ alice, bob }) => {
    alice.complaints.expect(OFFLINE)
    const { conversation_id } = await bob.api.send(alice.name, 'are you there?')
    const desk = await alice.open(`/chats/${conversation_id}`)
    await seen(desk.bubble('are you there?'))

    await desk.ready()

    await alice.context.setOffline(true)
    const words = ['one', 'two', 'three']
    for (const word of words) await desk.say(word)
    await seen(desk.text('3 messages will be sent when you are back'))
    await desk.page.reload()
    for (const word of words) await seen(desk.bubble(word))
    expect(await bob.api.inbox()).toEqual([])

    await alice.context.setOffline(false)
    await until(async () => (await bob.api.inbox()).map(({ body }) => body), words.toReversed())
    for (const word of words) await until(() => desk.bubble(word).count(), 1)
    await desk.page.reload()
    for (const word of words) await until(() => desk.bubble(word).count(), 1)
    expect((await bob.api.inbox()).map(({ body }) => body)).toEqual(words.toReversed())
  },
)

story('what came while the browser was offline is there when it is back', async ({ alice, bob }) => {
  alice.complaints.expect(OFFLINE)
  const { conversation_id } = await bob.api.send(alice.name, 'before')
  const desk = await alice.open(`/chats/${conversation_id}`)
  await seen(desk.bubble('before'))
  await alice.context.setOffline(true)
  await seen(desk.text(/offline/i))
  for (const word of ['while', 'you', 'were', 'away']) await bob.api.say(conversation_id, word)
  await alice.context.setOffline(false)
  await seen(desk.bubble('away'))
  for (const word of ['before', 'while', 'you', 'were', 'away'])
    await until(() => desk.bubble(word).count(), 1)
})

story('two windows without locks, as on a plain address, send everything once', async ({ alice, bob }) => {
  alice.complaints.expect(OFFLINE, /status of 422/)
  await alice.context.addInitScript(() => {
    Object.defineProperty(navigator, 'locks', { value: undefined })
  })
  const { conversation_id } = await bob.api.send(alice.name, 'are you there?')
  const [one, other] = [
    await alice.open(`/chats/${conversation_id}`),
    await alice.open(`/chats/${conversation_id}`),
  ]
  for (const desk of [one, other]) await seen(desk.bubble('are you there?'))
  await alice.context.setOffline(true)
  await one.page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') })
  const words = ['with a file', 'two', 'three']
  for (const word of words) await one.say(word)
  for (const word of words) await seen(other.bubble(word))

  await alice.context.setOffline(false)
  const received = async () => (await bob.api.inbox()).map(({ body }) => body)
  await until(received, words.toReversed())
  for (const desk of [one, other]) {
    await desk.go('Sent')
    await seen(desk.row('three'))
    await gone(desk.page.getByRole('list', { name: 'Waiting to be sent' }))
    expect(await desk.button('Discard').count()).toBe(0)
  }
  expect(await received()).toEqual(words.toReversed())
})
