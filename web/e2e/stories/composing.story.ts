import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'the list of people opens by typing, the arrows or a click, and never lies over what comes next',
  async ({ alice, bob }) => {
    const desk = await alice.open('/compose')
    const { keyboard } = desk.page
    const select = desk.page.getByRole('combobox', { name: 'Select Username to chat' })
    const list = desk.page.getByRole('listbox')
    const subject = desk.page.getByRole('textbox', { name: 'Subject' })
    await until(() => select.evaluate((field) => field === document.activeElement), true)
    await gone(list)

    await keyboard.press('ArrowDown')
    await seen(list)
    await keyboard.press('Escape')
    await gone(list)
    expect(new URL(desk.page.url()).pathname).toBe('/compose')
    await select.click()
    await seen(list)
    await keyboard.press('Tab')
    await gone(list)
    await until(() => isOnTop(subject), true)

    await select.fill(bob.name)
    await seen(desk.page.getByRole('option', { name: bob.name }))
    await keyboard.press('Enter')
    await gone(list)
    await seen(desk.button(`Remove ${bob.name}`))
    await keyboard.press('Tab')
    await gone(list)
    await until(() => isOnTop(subject), true)
    expect(await subject.evaluate((field) => field === document.activeElement)).toBe(true)
  },
)

story('a whole name that was typed is taken by going on', async ({ alice, bob }) => {
  const desk = await alice.open('/compose')
  await desk.page.getByRole('combobox').fill(bob.name.toUpperCase())
  await seen(desk.page.getByRole('option', { name: bob.name }))
  await desk.page.keyboard.press('Tab')
  await seen(desk.button(`Remove ${bob.name}`))
  await desk.page.keyboard.press('Tab')
  await desk.page.keyboard.type('and on we go')
  await desk.button('Send').click()
  await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['and on we go'])
})

/** Whether a click in its middle would meet it. */
function isOnTop(field: Locator): Promise<boolean> {
  return field.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    return document.elementFromPoint(x + width / 2, y + height / 2) === element
  })
}
