import { expect, test } from 'vitest'
import { ago, dayName, shortTime } from './times'

const now = new Date(2026, 0, 15, 12, 0).getTime()
const before = (minutes: number) => now - minutes * 60_000

test.each([
  [0, 'just now'],
  [33, '33 minutes ago'],
  [60, 'about 1 hour ago'],
  [23 * 60, 'about 23 hours ago'],
])('%d minutes are %s', (minutes, words) => {
  expect(ago(before(minutes), now)).toBe(words)
})

test('a clock that is behind shows no future', () => {
  expect(ago(now + 90_000, now)).toBe('just now')
})

test('lists show the time today, the weekday within a week, then the date', () => {
  expect([
    shortTime(before(5), now),
    shortTime(before(3 * 24 * 60), now),
    shortTime(before(40 * 24 * 60), now),
  ]).toEqual(['11:55 AM', 'Mon', 'Dec 6, 2025'])
})

test('days are told by the calendar, not by 24 hours', () => {
  expect(dayName(new Date(2026, 0, 14, 23, 59).getTime(), now)).toBe('Yesterday')
  expect(dayName(new Date(2026, 0, 15, 0, 1).getTime(), now)).toBe('Today')
})
