import { expect } from 'vitest'
import { seen } from '../house/see'
import { story } from '../house/story'

story(
  'a word finds its message, marked, and leads to its place in the conversation',
  async ({ alice, bob }) => {
    await bob.api.send(alice.name, 'the lighthouse keeper has a parrot')
    for (let number = 0; number < 120; number++) await bob.api.send(alice.name, `small talk ${number}`)
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
