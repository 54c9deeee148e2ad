import { expect, test } from 'vitest'
import { inOrder, laneOf, lanesOf, type Pending } from './pending'

const pending = (id: string, change: Partial<Pending> = {}): Pending => ({
  id,
  subject: '',
  body: '',
  files: [],
  queuedAt: 1,
  ...change,
})

test('the same people are one lane, in whatever order and case', () => {
  expect(laneOf(pending('1', { to: ['Bob', 'carol'] }))).toBe(laneOf(pending('2', { to: ['carol', 'bob'] })))
})

test('a lane keeps the order in which its messages were written', () => {
  const items = [
    pending('2', { conversation: 'c', queuedAt: 2 }),
    pending('1', { conversation: 'c' }),
    pending('3', { conversation: 'd' }),
  ]
  const lanes = lanesOf(items.toSorted(inOrder))
  expect(lanes.map((lane) => lane.map(({ id }) => id))).toEqual([['1', '2'], ['3']])
})
