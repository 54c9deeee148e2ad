import { expect } from 'vitest'
import type { Api } from '../house/api'
import { type Frames, framesWhile } from '../house/frames'
import { seen } from '../house/see'
import { LATE, SLOWER } from '../house/slow'
import { story } from '../house/story'

/** Enough to see it; `npm run bench` takes as many as the promise says. */
const MANY = Number(process.env.TIDINGS_E2E_MANY ?? 2_000)
const AT_ONCE = 64
const TIME = { timeout: 240_000 + MANY * 20 }

/** Opened and seen, in milliseconds; where the browser is slow on purpose, as much later as a few answers in a row are. */
const OPENED = 1_000 * SLOWER + 6 * LATE
/** A frame of a screen that shows sixty a second, in milliseconds. */
const FRAME = (1_000 / 60) * SLOWER
/** The best of so many counts; of more where that was not good enough, since others work on this machine, too. */
const TRIES = 3
const MOST_TRIES = 20
/** Longer than this is a long frame, as browsers define it. By the clock, so only where nothing else is running. */
const LONG = 50
const WHEEL = 600

story(
  `a conversation of ${MANY} messages opens in less than a second and scrolls smoothly`,
  TIME,
  async ({ alice, bob }) => {
    const { conversation_id } = await bob.api.send(alice.name, 'the first of many')
    await write(MANY, (number) =>
      bob.api.say(conversation_id, `line ${number}: ${'and so on '.repeat(number % 12)}`),
    )
    const { id } = await bob.api.say(conversation_id, 'the last of many')
    // What is unread would be shown first.
    await alice.api.read(conversation_id, id)
    await expect.poll(() => alice.api.unread(), TIME).toBe(0)

    const desk = await alice.open('/inbox')
    const elsewhere = async () => {
      await desk.go('Inbox')
      await seen(desk.row('the last of many'))
      await desk.go('Chats')
    }
    const whole = await fastest(elsewhere, async () => {
      await desk.page.goto(`/chats/${conversation_id}`)
      await seen(desk.bubble('the last of many'))
    })
    const click = await fastest(elsewhere, async () => {
      await desk.chat(bob.name).first().click()
      await seen(desk.bubble('the last of many'))
    })
    const frames = await smoothest(-WHEEL, (step) =>
      framesWhile(desk.page, () => wheel(desk.page.mouse, step, desk.thread)),
    )
    report('conversation', { whole, click, ...frames })
    expect(whole).toBeLessThan(OPENED)
    expect(click).toBeLessThan(OPENED)
    isSmooth(frames)
  },
)

story(
  `an inbox of ${MANY / 5} messages opens in less than a second and scrolls smoothly`,
  TIME,
  async ({ alice, meet }) => {
    const senders: Api[] = []
    for (const name of ['bob', 'carol', 'dave', 'erin']) senders.push((await meet(name)).api)
    await write(MANY / 5, (number) =>
      senders[number % 4]!.send(alice.name, `letter ${number}`, { subject: `subject ${number}` }),
    )
    await senders[0]!.send(alice.name, 'the last letter')
    await expect.poll(() => alice.api.unread(), TIME).toBe(MANY / 5 + 1)

    const desk = await alice.open('/chats')
    const elsewhere = async () => {
      await desk.page.goto('/people')
      await seen(desk.page.getByRole('heading', { name: 'People' }))
    }
    const opened = await fastest(elsewhere, async () => {
      await desk.page.goto('/inbox')
      await seen(desk.row('the last letter'))
    })
    const list = desk.page.getByRole('main').getByRole('list')
    const frames = await smoothest(WHEEL, (step) =>
      framesWhile(desk.page, () => wheel(desk.page.mouse, step, list)),
    )
    report('inbox', { opened, ...frames })
    expect(opened).toBeLessThan(OPENED)
    isSmooth(frames)
  },
)

function isSmooth({ most, work }: Frames): void {
  expect(work).toBeLessThan(FRAME)
  if (process.env.TIDINGS_E2E_MANY) expect(Math.round(most)).toBeLessThanOrEqual(LONG * SLOWER)
}

async function write(count: number, one: (number: number) => Promise<unknown>): Promise<void> {
  let number = 0
  const hand = async () => {
    while (number < count) await one(number++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, hand))
}

/** The fastest of some tries, each from the same place. */
async function fastest(prepare: () => Promise<void>, act: () => Promise<void>): Promise<number> {
  let best = Infinity
  for (let attempt = 0; attempt < TRIES || (best >= OPENED && attempt < MOST_TRIES); attempt++) {
    await prepare()
    const before = performance.now()
    await act()
    best = Math.min(best, performance.now() - before)
  }
  return best
}

/** There and back again, until it once was smooth: that the machine was busy elsewhere is not the page's work. */
async function smoothest(step: number, scroll: (step: number) => Promise<Frames>): Promise<Frames> {
  let best = await scroll(step)
  for (let attempt = 1; !(best.work < FRAME) && attempt < MOST_TRIES; attempt++) {
    const other = await scroll(attempt % 2 ? -step : step)
    if (!(other.work >= best.work)) best = other
  }
  return best
}

async function wheel(
  mouse: { wheel(x: number, y: number): Promise<void> },
  step: number,
  over: { first(): { hover(): Promise<void> } },
) {
  await over.first().hover()
  for (let turn = 0; turn < 60; turn++) await mouse.wheel(0, step)
}

function report(what: string, figures: Record<string, number>): void {
  console.log(
    `${what}: ${Object.entries(figures)
      .map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
      .join(', ')}`,
  )
}
