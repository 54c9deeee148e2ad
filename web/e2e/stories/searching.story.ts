import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { Api, Message } from '../house/api'
import type { Desk } from '../house/desk'
import { gone, PATIENCE, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'a word finds its message, marked, and leads to its place in the conversation',
  async ({ alice, bob }) => {
    await bob.api.send(alice.name, 'the lighthouse keeper has a parrot')
    for (let number = 0; number < 120; number++) await bob.api.send(alice.name, `small talk ${number}`)
    await until(() => alice.api.finds('parrot'), true)
    const desk = await alice.open('/search')
    await desk.page.getByRole('searchbox').first().fill('parrot')
    await desk.page.keyboard.press('Enter')
    const hit = desk.page.getByRole('link').filter({ hasText: 'lighthouse keeper' })
    await seen(hit)
    expect(await hit.locator('mark').allTextContents()).toEqual(['parrot'])
    await hit.first().click()
    await seen(desk.bubble('the lighthouse keeper has a parrot'))
  },
)

story('a word that nobody wrote finds nothing, and says so', async ({ alice }) => {
  const desk = await alice.open('/search')
  await desk.page.getByRole('searchbox').first().fill('quetzalcoatl')
  await desk.page.keyboard.press('Enter')
  await seen(desk.text('No hits'))
})

/** More than any one page holds. */
const LONG = 600
const TIME = { timeout: 240_000 }

story(
  'a hit far back is reached by one page, and the conversation goes on from there both ways',
  TIME,
  async ({ alice, bob }) => {
    const { conversation_id, id: needle } = await longTalk(alice.api, bob.api)
    await until(() => alice.api.finds('parrot'), true)
    const desk = await alice.open('/search?q=parrot')
    const pages: string[] = []
    desk.page.on('request', (request) => {
      if (/\/conversations\/[^/]+\/messages/.test(request.url())) pages.push(new URL(request.url()).search)
    })
    await desk.page.getByRole('link').filter({ hasText: 'parrot' }).first().click()
    await seen(desk.bubble('has anybody seen my parrot?'))
    expect(pages[0]).toContain(`around=${needle}`)
    await until(() => inSight(desk.bubble('has anybody seen my parrot?')), true)

    // What is said meanwhile waits at the end and moves nothing.
    await bob.api.say(conversation_id, 'what are you reading?')
    await seen(desk.button(/Jump to latest/).filter({ hasText: '1 new' }))
    expect(await desk.bubble('what are you reading?').count()).toBe(0)
    expect(await inSight(desk.bubble('has anybody seen my parrot?'))).toBe(true)
    await until(async () => (await alice.api.unread()) > 0, true)

    await desk.thread.hover()
    await wheel(desk, -800, ({ first }) => first < LONG / 3)
    await wheel(desk, 800, ({ last }) => last > (LONG * 2) / 3)
    await desk.button(/Jump to latest/).click()
    await until(() => inSight(desk.bubble('what are you reading?')), true)
    await until(() => alice.api.unread(), 0)
    await gone(desk.button(/Jump to latest/))
    await bob.api.say(conversation_id, 'the very last word')
    await until(() => inSight(desk.bubble('the very last word')), true)
  },
)

story('from the middle the end is reached by scrolling, without a gap', TIME, async ({ alice, bob }) => {
  const { conversation_id, id: needle } = await longTalk(alice.api, bob.api)
  const desk = await alice.open(`/chats/${conversation_id}?at=${needle}`)
  await until(() => inSight(desk.bubble('has anybody seen my parrot?')), true)
  await desk.thread.hover()
  await wheel(desk, 500, () => inSight(desk.bubble('good night')))
  // The page knows that this is the end.
  await gone(desk.button(/Jump to latest/))
  await bob.api.say(conversation_id, 'and one more')
  await until(() => inSight(desk.bubble('and one more')), true)
})

story('what is sent from the middle is shown where it stands, at the end', TIME, async ({ alice, bob }) => {
  const { conversation_id, id: needle } = await longTalk(alice.api, bob.api)
  await bob.api.ask('POST', '/messages', {
    conversation_id,
    body: 'she is still waiting',
    reply_to: needle,
  })
  const desk = await alice.open(`/chats/${conversation_id}`)
  await seen(desk.bubble('she is still waiting'))
  await desk.thread.getByRole('button', { name: 'To the message that is answered' }).click()
  // The quote has the same words.
  await until(() => inSight(desk.bubble(`line ${LONG / 2}.`)), true)
  expect(await desk.bubble('she is still waiting').count()).toBe(0)
  await desk.say('it is on my roof')
  await until(() => inSight(desk.bubble('it is on my roof')), true)
  await until(async () => (await bob.api.inbox())[0]?.body, 'it is on my roof')
})

/** Many lines by both, with one in the middle that can be looked for. */
async function longTalk(alice: Api, bob: Api): Promise<Message> {
  const first = await bob.send(alice.username, 'hello')
  let needle = first
  for (let number = 0; number < LONG; number++) {
    if (number === LONG / 2) needle = await bob.say(first.conversation_id, 'has anybody seen my parrot?')
    await (number % 3 ? alice : bob).say(first.conversation_id, `line ${number}.`)
  }
  const last = await alice.say(first.conversation_id, 'good night')
  await alice.read(first.conversation_id, last.id)
  // What is unread would be shown first.
  await until(() => alice.unread(), 0)
  return needle
}

/** Turns the wheel until something is so. The lines that are there follow each other all the way. */
async function wheel(
  desk: Desk,
  step: number,
  isDone: (lines: { first: number; last: number }) => boolean | Promise<boolean>,
): Promise<void> {
  let shown = ''
  let movedAt = performance.now()
  while (performance.now() - movedAt < PATIENCE) {
    const lines = await desk.thread.getByText(/^line \d+\.$/).allTextContents()
    const [first = 0, ...others] = lines.map((line) => Number(/\d+/.exec(line)![0]))
    expect(others).toEqual(others.map((_, index) => first + 1 + index))
    if (await isDone({ first, last: others.at(-1) ?? first })) return
    await desk.page.mouse.wheel(0, step)
    if (shown !== lines.join()) [shown, movedAt] = [lines.join(), performance.now()]
  }
  expect.fail(`it goes on no further than this: ${shown}`)
}

/** Whether a bubble is within the part of the thread that is shown. */
function inSight(bubble: Locator): Promise<boolean> {
  return bubble.evaluateAll(([element]) => {
    if (!element) return false
    const [own, log] = [element, element.closest('[role=log]')!].map((it) => it.getBoundingClientRect())
    return own!.top >= log!.top && own!.bottom <= log!.bottom + 1
  })
}
