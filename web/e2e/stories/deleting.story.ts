import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Desk } from '../house/desk'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'a deleted message comes back by undo, and without it is gone from the own box only',
  async ({ alice, bob }) => {
    await bob.api.send(alice.name, 'keep me')
    await bob.api.send(alice.name, 'throw me away')
    const desk = await alice.open('/inbox')
    const row = desk.row('throw me away')
    await seen(row)

    await row.getByRole('checkbox').check()
    const deleted = desk.page.waitForResponse((answer) => answer.request().method() === 'DELETE')
    await removeSelected(desk)
    await gone(row)
    await deleted
    const restored = desk.page.waitForResponse((answer) => answer.url().endsWith('/restore'))
    await desk.toast.getByRole('button', { name: 'Undo' }).click()
    await seen(row)
    await restored
    await until(async () => (await alice.api.inbox()).length, 2)

    await row.getByRole('checkbox').check()
    await removeSelected(desk)
    await gone(row)
    await until(async () => (await alice.api.inbox()).map(({ body }) => body), ['keep me'])
    await desk.page.reload()
    await seen(desk.row('keep me'))
    expect(await row.count()).toBe(0)
    await until(async () => (await bob.api.sent()).length, 2)
  },
)

story(
  'undo brings a row back for good, although the news of its deletion come after that',
  async ({ alice, bob }) => {
    await bob.api.send(alice.name, 'keep me')
    await bob.api.send(alice.name, 'throw me away')
    const desk = await alice.open('/inbox')
    const row = desk.row('throw me away')
    await seen(row)
    // The deletion goes to the service only once it was undone here.
    let go = (): void => undefined
    const undone = new Promise<void>((resolve) => (go = resolve))
    await alice.context.route('**/api/v1/inbox/*', async (route) => {
      if (route.request().method() === 'DELETE') await undone
      await route.continue()
    })
    await desk.page.keyboard.press('j')
    await until(() => row.evaluate((item) => item.contains(document.activeElement)), true)
    await desk.page.keyboard.press('#')
    await gone(row)
    await desk.page.keyboard.press('z')
    await seen(row)
    await desk.page.keyboard.press('k')
    await until(() => row.evaluate((item) => item.contains(document.activeElement)), true)
    const flickers = await watchFor(desk.page, 'throw me away')
    const restored = desk.page.waitForResponse((answer) => answer.url().endsWith('/restore'))
    go()
    await restored
    // What the stream tells comes in the order of the log: behind this nothing of the deletion is left.
    await bob.api.send(alice.name, 'the last word')
    await seen(desk.row('the last word'))
    expect(await flickers()).toBe(0)
    expect(await row.evaluate((item) => item.contains(document.activeElement))).toBe(true)
    await until(async () => (await alice.api.inbox()).length, 3)
  },
)

story(
  'of a selection what is refused is shown again, the rest is gone, and undo brings back all',
  async ({ alice, bob }) => {
    alice.complaints.expect(/status of 403/)
    for (const text of ['one', 'two', 'three']) await bob.api.send(alice.name, text)
    await until(async () => (await alice.api.inbox()).length, 3)
    const [stubborn] = await alice.api.inbox()
    const desk = await alice.open('/inbox')
    await seen(desk.row('three'))
    await alice.context.route(`**/api/v1/inbox/${stubborn!.id}`, (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: '/problems/forbidden', status: 403, detail: 'Not this one.' }),
      }),
    )
    for (const text of ['one', 'two', 'three']) await desk.row(text).getByRole('checkbox').check()
    await removeSelected(desk)
    // Whoever is about to press it has it for as long as that takes.
    await desk.toast.getByRole('button', { name: 'Undo' }).focus()
    await seen(desk.text(/1 of 3 messages could not be deleted/))
    await until(async () => (await alice.api.inbox()).map(({ body }) => body), ['three'])
    await seen(desk.row('three'))
    await desk.toast.getByRole('button', { name: 'Undo' }).click()
    for (const text of ['one', 'two', 'three']) await seen(desk.row(text))
    await until(async () => (await alice.api.inbox()).length, 3)
  },
)

/** By the bar that is there while something is selected: each row has a button of that name as well. */
function removeSelected(desk: Desk): Promise<void> {
  return desk.page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
}

/** Counts, from now on, how often a text is missing from the page. */
async function watchFor(page: Page, text: string): Promise<() => Promise<number>> {
  const counter = await page.evaluateHandle((wanted) => {
    const counted = { missing: 0 }
    new MutationObserver(() => {
      if (!document.body.textContent.includes(wanted)) counted.missing++
    }).observe(document.body, { childList: true, subtree: true })
    return counted
  }, text)
  return () => counter.evaluate(({ missing }) => missing)
}
