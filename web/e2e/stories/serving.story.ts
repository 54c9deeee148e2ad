import { expect } from 'vitest'
import { barriers, instrument, layoutShift } from '../house/looks'
import { story } from '../house/story'

story('the page opens without a complaint', async ({ stranger }) => {
  await instrument(stranger.context)
  const page = await stranger.context.newPage()
  await page.goto('/')
  expect(await page.title()).toContain('tidings')
  console.log(await layoutShift(page), await barriers(page))
})
