import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ReadMarks } from './ReadMarks'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function marks() {
  const mark = vi.fn<() => Promise<void>>(() => Promise.resolve())
  return { mark, reading: new ReadMarks(mark) }
}

test('a message in sight for a second is read, once', () => {
  const { mark, reading } = marks()
  reading.update('m1', true)
  vi.advanceTimersByTime(999)
  expect(mark).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  reading.update('m1', true)
  vi.advanceTimersByTime(5_000)
  expect(mark.mock.calls).toEqual([['m1']])
})

test('a glance, or a tab without the focus, reads nothing', () => {
  const { mark, reading } = marks()
  reading.update('m1', true)
  vi.advanceTimersByTime(500)
  reading.update('m1', false)
  vi.advanceTimersByTime(5_000)
  expect(mark).not.toHaveBeenCalled()
})

test('a newer message begins its own second', () => {
  const { mark, reading } = marks()
  reading.update('m1', true)
  vi.advanceTimersByTime(900)
  reading.update('m2', true)
  vi.advanceTimersByTime(1_000)
  expect(mark.mock.calls).toEqual([['m2']])
})

test('a mark that was lost is made again at the next look', async () => {
  const { mark, reading } = marks()
  mark.mockRejectedValueOnce(new Error('offline'))
  reading.update('m1', true)
  await vi.advanceTimersByTimeAsync(1_000)
  reading.update('m1', true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(mark).toHaveBeenCalledTimes(2)
})
