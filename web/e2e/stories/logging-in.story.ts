import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { PASSWORD } from '../house/api'
import { launchWithProfile } from '../house/browser'
import { Complaints } from '../house/complaints'
import { Desk } from '../house/desk'
import { gone, seen, until } from '../house/see'
import { story, unique } from '../house/story'

story('who registers is in, and is still in when the browser is closed and opened again', async ({ url }) => {
  const name = unique('ann')
  const complaints = new Complaints()
  const profile = await mkdtemp(join(tmpdir(), 'tidings-profile-'))
  try {
    const first = await launchWithProfile(profile, { baseURL: url })
    await complaints.listen(first)
    const desk = new Desk(await first.newPage())
    await desk.page.goto('/')
    await seen(desk.text('Enter Username and password'))
    await desk.page.getByRole('link', { name: 'Create an account' }).click()
    // The page of the log-in has fields of the same names, and stays until the other one has been fetched.
    await seen(desk.page.getByRole('heading', { name: 'Create an account' }))
    await desk.username.fill(name)
    await desk.password.fill(PASSWORD)
    await desk.button('Create account').click()
    await seen(desk.text('No conversations yet'))
    await first.close()

    const second = await launchWithProfile(profile, { baseURL: url })
    await complaints.listen(second)
    const again = new Desk(await second.newPage())
    await again.page.goto('/')
    await seen(again.text('No conversations yet'))
    expect(await again.password.count()).toBe(0)
    await second.close()
  } finally {
    await rm(profile, { recursive: true, force: true })
  }
  expect(complaints.unexpected).toEqual([])
})

story('a log-out in one tab ends the others', async ({ alice }) => {
  alice.complaints.expect(/status of 401/)
  const [one, other] = [await alice.open(), await alice.open('/inbox')]
  await one.go('Settings')
  await one.button('Log out').first().click()
  await seen(one.text('Enter Username and password'))
  await seen(other.text('Enter Username and password'))
  await other.page.reload()
  await seen(other.text('Enter Username and password'))
})

story('a log-out while the service is away is said, and done as soon as it is back', async ({ alice }) => {
  alice.complaints.expect(/ERR_FAILED|status of 401/)
  const sessions = async () => {
    const { items } = await alice.api.ask<{ items: unknown[] }>('GET', '/sessions')
    return items.length
  }
  const desk = await alice.open('/settings')
  await desk.ready()
  // The program's and the browser's.
  await until(sessions, 2)
  await alice.context.route('**/api/v1/**', (route) => route.abort())
  await desk.button('Log out').first().click()
  await seen(desk.text('Enter Username and password'))
  await seen(desk.text(/will be told to end this session/))
  await desk.page.reload()
  await seen(desk.text(/will be told to end this session/))
  expect(await sessions()).toBe(2)

  await alice.context.unroute('**/api/v1/**')
  await until(sessions, 1)
  await gone(desk.text(/will be told to end this session/))
  await desk.logIn(alice.name, PASSWORD)
  await seen(desk.rail)
})

story(
  'a session that was ended elsewhere asks for the password over the page, and the draft stays',
  async ({ alice, bob }) => {
    alice.complaints.expect(/status of 401/)
    const { conversation_id } = await bob.api.send(alice.name, 'hello')
    const desk = await alice.open(`/chats/${conversation_id}`)
    await desk.writing.fill('half a sentence')

    const sessions = () => alice.api.ask<{ items: { id: string; current: boolean }[] }>('GET', '/sessions')
    await until(async () => (await sessions()).items.length, 2)
    const { items } = await sessions()
    for (const { id, current } of items) if (!current) await alice.api.ask('DELETE', `/sessions/${id}`)
    await seen(desk.dialog.getByLabel('Password', { exact: true }))
    await desk.renew(PASSWORD)
    expect(await desk.writing.inputValue()).toBe('half a sentence')
    await desk.writing.press('Enter')
    await seen(desk.bubble('half a sentence'))
    await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['half a sentence'])
  },
)
