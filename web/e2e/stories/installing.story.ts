import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { seen } from '../house/see'
import { story } from '../house/story'

interface Manifest {
  name: string
  start_url: string
  scope: string
  display: string
  icons: { src: string; sizes: string; type: string; purpose?: string }[]
  shortcuts: { url: string }[]
}

story('the page can be installed: the browser itself finds nothing in the way', async ({ alice }) => {
  const desk = await alice.open('/chats')
  await desk.ready()
  const devtools = await alice.context.newCDPSession(desk.page)
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  // The stories' windows are all private ones, which install nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([])
  const { url, errors, data } = await devtools.send('Page.getAppManifest')
  expect(errors).toEqual([])
  expect(url).toMatch(/\/assets\/tidings-[\w-]{8,}\.webmanifest$/)
  const manifest = JSON.parse(data!) as Manifest
  expect(manifest).toMatchObject({ name: 'tidings', start_url: '/', scope: '/', display: 'standalone' })
  expect(manifest.icons.some(({ purpose }) => purpose?.includes('maskable'))).toBe(true)
  for (const { src, sizes, type } of manifest.icons) {
    expect([src, await measured(desk.page, src)]).toEqual([src, { type, sizes }])
  }
  for (const { url: shortcut } of manifest.shortcuts) {
    await desk.page.goto(shortcut)
    await seen(desk.page.getByRole('heading', { name: 'Compose new message' }))
  }
})

story(
  'without a network the page opens at any of its addresses, with what was there',
  async ({ alice, bob }) => {
    alice.complaints.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch|ERR_FAILED/)
    const { conversation_id } = await bob.api.send(alice.name, 'read me on the train')
    const desk = await alice.open(`/chats/${conversation_id}`)
    await seen(desk.bubble('read me on the train'))
    await desk.ready()
    await desk.remembers(`thread:${conversation_id}`)
    await desk.page.goto('/inbox')
    await seen(desk.row('read me on the train'))
    await desk.remembers('lists')
    await desk.page.close()

    await alice.context.setOffline(true)
    const train = await alice.open('/inbox')
    await seen(train.row('read me on the train'))
    await seen(train.text('You are offline.'))
    await train.page.goto(`/chats/${conversation_id}`)
    await seen(train.bubble('read me on the train'))
    await train.page.goto('/settings')
    await seen(train.page.getByRole('heading', { name: 'Settings' }))
  },
)

/** What an icon is, and how large; one that is drawn has any size. */
function measured(page: Page, src: string): Promise<{ type: string; sizes: string }> {
  return page.evaluate(async (address) => {
    const answer = await fetch(address)
    const type = answer.headers.get('Content-Type') ?? ''
    if (type === 'image/svg+xml') return { type, sizes: 'any' }
    const { width, height } = await createImageBitmap(await answer.blob())
    return { type, sizes: `${width}x${height}` }
  }, src)
}
