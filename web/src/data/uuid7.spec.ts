import { expect, test } from 'vitest'
import { uuid7 } from './uuid7'

test('it has the form of a UUIDv7 and the time in front', () => {
  const id = uuid7(Date.UTC(2030, 0, 1))
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2030, 0, 1))
})

test('ids sort as they were made, within one millisecond too', () => {
  const now = Date.UTC(2031, 0, 1)
  const ids = Array.from({ length: 10_000 }, () => uuid7(now))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a clock that is set back does not put later messages in front', () => {
  const before = uuid7(Date.UTC(2032, 0, 2))
  expect(uuid7(Date.UTC(2032, 0, 1)) > before).toBe(true)
})
