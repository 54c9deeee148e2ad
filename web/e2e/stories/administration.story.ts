import { mkdir } from 'node:fs/promises'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { Api, PASSWORD } from '../house/api'
import { DESKTOP, PHONE, PICTURES } from '../house/browser'
import type { Desk } from '../house/desk'
import { instrument, look, rest } from '../house/looks'
import { Person } from '../house/person'
import { gone, seen, until } from '../house/see'
import { Service } from '../house/service'
import { story, unique } from '../house/story'

/** Throttles and all, as it is installed. */
let service: Service
/** One of them for all stories: nobody locks themself out. */
let ada: Api

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true })
  service = await Service.start()
  ada = await Api.register(service.url, 'ada', { first_name: 'Ada', last_name: 'Lovelace' })
  await service.grant('ada', 'admin')
})
afterAll(() => service.stop())

/** Somebody else, with a browser. */
const another = (browser: Browser, name: string) => Person.meet(browser, service.url, unique(name))

/** A row of the list of accounts. Others' names may have this one in them. */
const named = (desk: Desk, name: string) =>
  desk.row(name).filter({ has: desk.page.getByText(name, { exact: true }) })

/** The administrator, at an account's page, found by its name. */
async function find(desk: Desk, name: string): Promise<void> {
  await desk.go('Admin')
  await desk.page.getByRole('searchbox', { name: 'Find by name or e-mail' }).fill(name)
  await named(desk, name).getByRole('link').click()
  await seen(desk.page.getByRole('heading', { name: 'Account', exact: true }))
}

/** Presses a button and says yes to what is asked. */
async function sure(desk: Desk, button: string | RegExp, question: string, yes: string): Promise<void> {
  await desk.button(button).click()
  await seen(desk.dialog.getByText(question))
  await desk.dialog.getByRole('button', { name: yes }).click()
}

/** Until it is refused. */
async function searchTooOften(api: Api): Promise<void> {
  const search = () =>
    api.ask('GET', '/search?q=x').then(
      () => '',
      ({ message }: Error) => message,
    )
  // Many at once: on a slow machine the bucket fills as fast as one after the other empties it.
  let answers: string[] = []
  while (!answers.some(Boolean)) answers = await Promise.all(Array.from({ length: 20 }, search))
  for (const refusal of answers.filter(Boolean)) expect(refusal).toContain('429')
}

async function leave(...people: Person[]): Promise<void> {
  for (const { context } of people) await context.close()
  expect(people.flatMap(({ complaints }) => complaints.unexpected)).toEqual([])
}

story(
  'somebody is locked out while they look on, let in again, and given a password',
  async ({ browser }) => {
    const [admin, bob] = [await Person.at(browser, ada), await another(browser, 'bob')]
    const [desk, bobs] = [await admin.open(), await bob.open('/inbox')]
    await find(desk, bob.name)
    await desk.button('Disable').click()
    await desk.dialog.getByRole('button', { name: 'Cancel' }).click()
    await gone(desk.page.getByRole('dialog'))
    expect(await ada.ask('GET', `/admin/accounts?q=${bob.name}`)).toMatchObject({
      items: [{ disabled_at: null }],
    })

    bob.complaints.expect(/40[13]/)
    await sure(desk, 'Disable', `Disable ${bob.name}?`, 'Disable')
    await seen(desk.page.getByRole('main').getByText('Disabled', { exact: true }))
    await seen(bobs.dialog.getByText('Your session has ended.'))
    await bobs.dialog.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await bobs.dialog.getByRole('button', { name: 'Log in' }).click()
    await seen(bobs.text('This account is disabled.'))

    await sure(desk, 'Enable', `Enable ${bob.name}?`, 'Enable')
    await seen(desk.button('Disable'))
    await bobs.renew(PASSWORD)
    await seen(bobs.text('Nothing here'))

    await sure(desk, 'Reset password', `Reset the password of ${bob.name}?`, 'Reset password')
    const shown = desk.dialog.getByText(/^(\w{4}-){3}\w{4}$/)
    await seen(shown)
    const password = (await shown.innerText()).trim()
    await admin.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await desk.dialog.getByRole('button', { name: 'Copy' }).click()
    await seen(desk.dialog.getByText('Copied'))
    expect(await desk.page.evaluate(() => navigator.clipboard.readText())).toBe(password)
    await desk.dialog.getByRole('button', { name: 'Done' }).click()
    await gone(desk.text(password))
    // The keyboard is where it was before all the questions.
    await until(() => desk.page.evaluate(() => document.activeElement?.textContent?.trim()), 'Reset password')

    await seen(bobs.dialog.getByText('Your session has ended.'))
    await bobs.renew(password)
    await leave(admin, bob)
  },
)

story('a role is given and taken, and nobody takes their own', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const carol = await Api.register(service.url, unique('carol'))
  const audit = (person: Api) => person.ask('GET', '/audit/events?limit=1')
  await expect(audit(carol)).rejects.toThrow('403')
  const desk = await admin.open()
  await find(desk, carol.username)
  await sure(desk, 'Give role Auditor', 'can read the whole log from now on', 'Give')
  await seen(desk.button('Take away role Auditor'))
  await audit(carol)

  await sure(desk, 'Take away role Auditor', 'is logged out everywhere', 'Take away')
  await seen(desk.button('Give role Auditor'))
  await until(
    () =>
      audit(carol).then(
        () => 'had',
        (cause: Error) => /\b401\b/.exec(cause.message)?.[0],
      ),
    '401',
  )
  const again = await Api.logIn(service.url, carol.username)
  await expect(audit(again)).rejects.toThrow('403')

  // The way back leads to what was looked for.
  await desk.button('Back').click()
  await seen(desk.row(carol.username))
  await gone(named(desk, 'ada'))
  await find(desk, 'ada')
  await seen(desk.text('Only another administrator can take it from you.'))
  expect(await desk.button('Disable').count()).toBe(0)
  await leave(admin)
})

story('somebody who is no administrator finds neither the room nor an answer', async ({ browser }) => {
  const bob = await another(browser, 'bob')
  const desk = await bob.open('/chats')
  await desk.page.goto('/administration')
  await seen(desk.text('There is nothing at this address'))
  await gone(desk.rail.getByRole('link').filter({ hasText: 'Admin' }))
  for (const path of ['accounts', 'health', 'storage', 'throttles']) {
    await expect(bob.api.ask('GET', `/admin/${path}`)).rejects.toThrow('403')
  }
  // Made one, they find it with the next page; and no longer when they are none.
  await service.grant(bob.name, 'admin')
  await until(async () => (await bob.api.ask<{ roles: string[] }>('GET', '/me')).roles, ['admin'])
  await desk.page.reload()
  await desk.go('Admin')
  await seen(named(desk, 'ada'))
  bob.complaints.expect(/40[13]/)
  const { id } = await bob.api.ask<{ id: string }>('GET', '/me')
  await ada.ask('DELETE', `/admin/accounts/${id}/roles/admin`)
  await seen(desk.dialog.getByText('Your session has ended.'))
  await desk.renew(PASSWORD)
  await seen(desk.text('There is nothing at this address'))
  await gone(desk.rail.getByRole('link').filter({ hasText: 'Admin' }))
  await leave(bob)
})

story('health says in words how every stage is, and follows what happens', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const desk = await admin.open('/administration/health')
  await seen(desk.text('Everything is well.'))
  for (const stage of ['Log', 'Mailboxes', 'Signatures', 'Open pages', 'Engine: Postgres', 'Engine: NATS']) {
    await seen(desk.page.getByRole('main').getByText(stage, { exact: true }))
  }
  const stored = async () =>
    (await desk.row('Everything that was acknowledged').innerText()).match(/(\d+) events/)?.[1]
  const position = async () =>
    (await ada.ask<{ postgres: { position: number } }>('GET', '/admin/health')).postgres.position
  // More events follow by themselves, such as that of the delivery: the page has to come after.
  const isShown = async () => Number(await stored()) === (await position())
  await until(isShown, true)
  const before = await position()
  await ada.send('ada', 'one more')
  await until(async () => (await isShown()) && (await position()) > before, true)
  await leave(admin)
})

story('storage shows what everything takes up', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const desk = await admin.open('/administration/storage')
  const storage = () =>
    ada.ask<{ database: number; log: { events: number }; attachments: { files: number } }>(
      'GET',
      '/admin/storage',
    )
  // It grows by itself, and the page comes after.
  await until(async () => {
    const { database, log } = await storage()
    const size = desk.text(`Database: ${(database / 1e6).toFixed(1).replace('.0', '')} MB`)
    return (await size.isVisible()) && desk.text(`${log.events} events in the log.`).isVisible()
  }, true)
  expect((await storage()).attachments.files).toBe(0)
  await seen(desk.text('None were sent.'))
  await leave(admin)
})

story('whoever asks too often is shown and let in again', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const eve = await Api.register(service.url, unique('eve'))
  await searchTooOften(eve)
  const desk = await admin.open('/administration/throttles')
  await seen(desk.row(eve.username).getByText('Searches by one account'))
  await desk.button(`Let in ${eve.username}`).click()
  await gone(desk.row(eve.username))
  await eve.ask('GET', '/search?q=x')
  await leave(admin)
})

story('the room is reached and used without a mouse', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const desk = await admin.open('/chats')
  const { keyboard } = desk.page
  // A key waits for nobody: the page has to be there, and to know whose it is.
  await seen(desk.rail.getByRole('link').filter({ hasText: 'Admin' }))
  await desk.chord('g', 'a')
  await seen(named(desk, 'ada'))
  await desk.page.getByRole('combobox', { name: 'Which accounts' }).focus()
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await seen(desk.page.getByRole('heading', { name: 'Account', exact: true }))
  await desk.button('Back').focus()
  await keyboard.press('Enter')
  await seen(desk.page.getByRole('heading', { name: 'Administration' }))
  await leave(admin)
})

const SCREENS: Record<string, { path: string; shows: string }> = {
  accounts: { path: '/administration', shows: 'Grace Hopper' },
  health: { path: '/administration/health', shows: 'Everything is well.' },
  throttles: { path: '/administration/throttles', shows: 'Commands by one account' },
  storage: { path: '/administration/storage', shows: 'Everything else' },
}

/** What is hard to bring about all at once. */
const TROUBLE = {
  status: 'degraded',
  postgres: { ok: true, position: 48_211 },
  nats: { ok: false, position: 47_002 },
  projector: { position: 48_000, lag: 211, halted: { position: 48_001, reason: 'no event is called so' } },
  sealer: { position: 48_211 },
  webhooks: { active: 3, failing: 1, paused: 0, lag: 12 },
  writer: { waiting: 611, most: 4_096 },
  disk: { state: 'low', free: 3.1e9, size: 256e9 },
  streams: { open: 1_204 },
  tasks: [{ name: 'relay', running: false, restarts: 4, failure: 'NATS does not answer' }],
  engines: [
    { name: 'nats', state: 'down', for_s: 42, restarts: 3 },
    { name: 'postgres', state: 'ready' },
  ],
}

for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, desktop: DESKTOP })) {
    story(
      `the administration stands still and is open to everybody: ${theme}, ${size}`,
      async ({ browser }) => {
        const grace = await staged()
        const options: BrowserContextOptions = { viewport, colorScheme: theme, reducedMotion: 'reduce' }
        const admin = await Person.at(browser, ada, options)
        await instrument(admin.context)
        const desk = await admin.open('/')
        await desk.button('Not now').click()
        const findings: string[] = []
        for (const [name, { path, shows }] of Object.entries(SCREENS)) {
          await desk.page.goto(path)
          await seen(desk.page.getByRole('main').getByText(shows))
          await rest(desk)
          findings.push(...(await look(desk, `admin-${name}-${theme}-${size}`)))
        }
        await desk.page.route('**/api/v1/admin/health', (route) => route.fulfill({ json: TROUBLE }))
        await desk.page.goto('/administration/health')
        await seen(desk.text('Something does not work.'))
        await rest(desk)
        findings.push(...(await look(desk, `admin-trouble-${theme}-${size}`)))
        await desk.page.goto(`/administration/accounts/${grace}`)
        await seen(desk.button('Reset password'))
        await rest(desk)
        findings.push(...(await look(desk, `admin-account-${theme}-${size}`)))
        await sure(desk, 'Reset password', 'Reset the password', 'Reset password')
        await seen(desk.dialog.getByText('Hand it to'))
        await rest(desk)
        findings.push(...(await look(desk, `admin-password-${theme}-${size}`)))
        expect(findings).toEqual([])
        await leave(admin)
      },
      240_000,
    )
  }
}

let stage: Promise<string> | undefined

/** Some accounts in every state, once. Gives the id of one of them. */
function staged(): Promise<string> {
  stage ??= (async () => {
    const grace = await Api.register(service.url, 'grace', { first_name: 'Grace', last_name: 'Hopper' })
    const long = await Api.register(service.url, 'maximiliane.von.und.zu.hohenfels', {
      first_name: 'Maximiliane Theodora',
      last_name: 'von und zu Hohenfels-Waldburg',
    })
    const { id } = await grace.ask<{ id: string }>('GET', '/me')
    await ada.ask('PUT', `/admin/accounts/${id}/roles/auditor`)
    const { id: other } = await long.ask<{ id: string }>('GET', '/me')
    for (const role of ['auditor', 'bodies']) await ada.ask('PUT', `/admin/accounts/${other}/roles/${role}`)
    await ada.ask('PUT', `/admin/accounts/${other}/disabled`)
    const eve = await Api.register(service.url, 'eve')
    await searchTooOften(eve)
    return id
  })()
  return stage
}

story('the administration speaks German', async ({ browser }) => {
  const admin = await Person.at(browser, ada)
  const desk = await admin.open('/settings')
  await desk.page.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch')
  await desk.page.goto('/administration/health')
  await seen(desk.text('Alles in Ordnung.'))
  // Chosen while the room's own words are there already, and back again.
  await desk.rail.getByRole('link').filter({ hasText: 'Optionen' }).click()
  await desk.page.getByRole('combobox', { name: 'Sprache' }).selectOption('English')
  await desk.go('Admin')
  await seen(desk.page.getByRole('heading', { name: 'Administration' }))
  await desk.go('Settings')
  await desk.page.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch')
  await desk.go('Admin')
  await seen(desk.page.getByRole('heading', { name: 'Verwaltung' }))
  await leave(admin)
})
