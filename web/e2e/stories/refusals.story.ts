import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { Api, PASSWORD } from '../house/api'
import { contextIn } from '../house/browser'
import { Service } from '../house/service'
import { Desk } from '../house/desk'
import { gone, seen, until } from '../house/see'
import { story, unique } from '../house/story'

story(
  'a wrong name and a wrong password get one and the same sentence, and the fields stay',
  async ({ alice, stranger }) => {
    stranger.complaints.expect(/status of 401/)
    const desk = new Desk(await stranger.context.newPage())
    await desk.page.goto('/login')
    const sentences = []
    for (const name of [alice.name, unique('nobody')]) {
      await desk.enter(name, 'not the password')
      await seen(desk.page.getByRole('alert'))
      sentences.push(await desk.page.getByRole('alert').first().textContent())
      expect(await desk.username.inputValue()).toBe(name)
      expect(await desk.password.inputValue()).toBe('not the password')
      await desk.page.reload()
    }
    expect(sentences[0]).toBe(sentences[1])
  },
)

story(
  'a name that is taken and a password that is easy to guess are told beside their fields',
  async ({ alice, stranger }) => {
    stranger.complaints.expect(/status of (409|422)/)
    const desk = new Desk(await stranger.context.newPage())
    await desk.page.goto('/register')
    await desk.username.fill(alice.name.toUpperCase())
    await desk.password.fill(PASSWORD)
    await desk.button('Create account').click()
    await seen(desk.page.getByText(/taken/i))

    await desk.username.fill(unique('new'))
    await desk.password.fill('password')
    await desk.button('Create account').click()
    await until(() => desk.password.getAttribute('aria-invalid'), 'true')
  },
)

story('a message that is too long is refused beside it and not lost', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const desk = await alice.open(`/chats/${conversation_id}`)
  const long = 'so long '.repeat(2_600)
  await desk.say(long)
  await seen(desk.text(/20,?000/))
  expect(await desk.writing.inputValue()).toBe(long)
  // Had it been sent, it would be in front of this.
  await desk.say('in short')
  await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['in short'])
})

story('who asks too often is told how long to wait, and cannot ask before', async ({ browser }) => {
  const service = await Service.start()
  try {
    const context = await contextIn(browser, { baseURL: service.url })
    const desk = new Desk(await context.newPage())
    await desk.page.goto('/login')
    const told = await watchFor(desk.page, /Try again in \d+ s/)
    // Many at once, as on a slow machine one after the other is not too often.
    const guess = () => Api.logIn(service.url, 'nobody', 'a guess').catch(() => undefined)
    let status = 0
    while (status !== 429) {
      await Promise.all(Array.from({ length: 20 }, guess))
      const answer = desk.page.waitForResponse((response) => response.url().endsWith('/sessions'))
      await desk.enter('nobody', 'wrong')
      status = (await answer).status()
    }
    await until(told, { said: true, held: true })
    await context.close()
  } finally {
    await service.stop()
  }
})

story(
  'a service under repair says so, keeps what is written, and sends it afterwards',
  async ({ alice, bob }) => {
    alice.complaints.expect(/status of 503/)
    const { conversation_id } = await bob.api.send(alice.name, 'hello')
    const desk = await alice.open(`/chats/${conversation_id}`)
    await seen(desk.bubble('hello'))
    await desk.ready()
    await desk.remembers(`thread:${conversation_id}`)
    // What the service answers while Postgres is away; that it does is tested where it is made.
    const problem = {
      type: '/problems/unavailable',
      title: 'Not now',
      status: 503,
      detail: 'The log is away.',
    }
    const headers = { 'Retry-After': '1', 'Content-Type': 'application/problem+json' }
    await alice.context.route('**/api/v1/**', (route) =>
      route.fulfill({ status: 503, headers, body: JSON.stringify(problem) }),
    )
    await desk.page.reload()
    await seen(desk.text(/being maintained/))
    await seen(desk.bubble('hello'))
    await desk.say('in spite of all')
    await seen(desk.bubble('in spite of all'))
    await alice.context.unroute('**/api/v1/**')
    await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['in spite of all'])
    await gone(desk.text(/being maintained/))
  },
)

story('a server that is away keeps the log-in form filled in', async ({ stranger }) => {
  stranger.complaints.expect(/ERR_INTERNET_DISCONNECTED/)
  const desk = new Desk(await stranger.context.newPage())
  await desk.page.goto('/login')
  await seen(desk.username)
  await stranger.context.setOffline(true)
  await desk.enter('somebody', PASSWORD)
  await seen(desk.page.getByRole('alert'))
  expect(await desk.username.inputValue()).toBe('somebody')
  expect(await desk.password.inputValue()).toBe(PASSWORD)
})

/** Whether a form has said this, and could not be sent meanwhile: both are over after some seconds. */
async function watchFor(page: Page, words: RegExp): Promise<() => Promise<{ said: boolean; held: boolean }>> {
  const notes = await page.evaluateHandle((pattern) => {
    const noted = { said: false, held: false }
    new MutationObserver(() => {
      if (!new RegExp(pattern).test(document.body.textContent)) return
      noted.said = true
      noted.held ||= !!document.querySelector('[type=submit]:disabled')
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
    return noted
  }, words.source)
  return () => notes.jsonValue()
}
