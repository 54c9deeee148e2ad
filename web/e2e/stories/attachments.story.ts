import { expect } from 'vitest'
import { seen, until } from '../house/see'
import { story } from '../house/story'

/** A red square of eight by eight. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC',
  'base64',
)

story('a picture is previewed before it is sent, and the other one sees it', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'show me')
  const desk = await alice.open(`/chats/${conversation_id}`)
  await desk.page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'square.png', mimeType: 'image/png', buffer: PICTURE })
  await seen(desk.text('square.png'))
  await seen(desk.page.locator('form img'))
  await desk.say('here it is')
  await seen(desk.bubble('here it is'))

  const bobs = await bob.open(`/chats/${conversation_id}`)
  const picture = bobs.thread.getByRole('button', { name: 'Open square.png' }).locator('img')
  await seen(picture)
  await until(
    () => picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0),
    true,
  )
})

story('any other file is offered under its name, and comes back as it was', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'the list, please')
  const desk = await alice.open(`/chats/${conversation_id}`)
  const text = 'bread, cheese, lamp oil\n'
  await desk.page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
  await seen(desk.text('list.txt'))
  await desk.say('with the list')

  const bobs = await bob.open(`/chats/${conversation_id}`)
  const link = bobs.thread.getByRole('link', { name: /list\.txt/ })
  await seen(link)
  const [download] = await Promise.all([bobs.page.waitForEvent('download'), link.click()])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toBe(text)
})
