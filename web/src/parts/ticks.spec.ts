import { expect, test } from 'vitest'
import { sent } from '@/testing/samples'
import { shareOf, stepOf } from './ticks'

const step = (recipients: number, delivered_to: number, read_by: number) =>
  stepOf(sent('m', 1, { recipients, delivered_to, read_by }))

test('it is read when everybody has read it', () => {
  expect([step(1, 0, 0), step(1, 1, 0), step(1, 1, 1)]).toEqual(['sent', 'delivered', 'read'])
  expect([step(3, 2, 2), step(3, 3, 2), step(3, 3, 3)]).toEqual(['sent', 'delivered', 'read'])
})

test('a note to oneself goes no further than the service', () => {
  expect(step(0, 0, 0)).toBe('sent')
})

test('in a group it is said how many have read it, as long as some have not', () => {
  const shares = [0, 1, 4, 5].map((read) => shareOf({ read, delivered: 5, of: 5 }))
  expect(shares).toEqual([undefined, '1/5', '4/5', undefined])
  expect(shareOf({ read: 0, delivered: 1, of: 1 })).toBeUndefined()
})
