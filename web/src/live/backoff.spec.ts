import { expect, test } from 'vitest'
import { backoff } from './backoff'

test('it doubles from a second to half a minute', () => {
  const longest = [0, 1, 2, 3, 4, 5, 20].map((attempt) => backoff(attempt, 1))
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})

test('it is spread over the second half', () => {
  expect([backoff(3, 0), backoff(3, 0.5), backoff(3, 1)]).toEqual([4_000, 6_000, 8_000])
})
