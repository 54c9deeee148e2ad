import { expect, test } from 'vitest'
import { sent } from '@/testing/samples'
import { stepOf } from './ticks'

const step = (recipients: number, delivered_to: number, read_by: number) =>
  stepOf(sent('m', 1, { recipients, delivered_to, read_by }))

test('it is read when everybody has read it', () => {
  expect([step(1, 0, 0), step(1, 1, 0), step(1, 1, 1)]).toEqual(['sent', 'delivered', 'read'])
  expect([step(3, 2, 2), step(3, 3, 2), step(3, 3, 3)]).toEqual(['sent', 'delivered', 'read'])
})

test('a note to oneself goes no further than the service', () => {
  expect(step(0, 0, 0)).toBe('sent')
})
