import { expect, test } from 'vitest'
import { strengthOf } from './strength'

test.each([
  ['short', 0],
  ['alice-in-chains', 0],
  ['aaaaaaaaaaaa', 1],
  ['correct horse battery staple', 4],
] as const)('%s', (password, strength) => {
  expect(strengthOf(password, 'alice-in-chains')).toBe(strength)
})
