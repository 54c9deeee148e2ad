import { expect } from 'vitest'
import { story } from '../house/story'

story('the page opens without a complaint', async ({ stranger }) => {
  const page = await stranger.context.newPage()
  await page.goto('/')
  expect(await page.title()).toContain('tidings')
})
