import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grant } from '@/api/access'
import { Push } from '@/testing/push'
import { json, service } from '@/testing/service'
import { until } from '@/testing/until'
import type { Status } from './status'
import { Stream } from './stream'

beforeEach(() => {
  grant(3_600)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  // Every wait is the longest that its spread allows: 1 s, 2 s, …
  vi.spyOn(Math, 'random').mockReturnValue(1)
})
afterEach(() => void vi.useRealTimers())

function streaming(answer: (request: Request) => Response) {
  const asked = service({ 'GET /events': answer })
  const told: Status[] = []
  const stream = new Stream({
    place: 'begin',
    onPush: () => undefined,
    onStatus: (status) => told.push(status),
  })
  return { stream, told, asked }
}

const names = (told: Status[]) => told.map(({ name }) => name)

test('a refused connection is made again, later each time', async () => {
  const { stream, told, asked } = streaming(() => json(500, {}))
  stream.open()
  await vi.advanceTimersByTimeAsync(10)
  expect(names(told)).toEqual(['connecting', 'waiting'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1_900)
  expect(asked).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(200)
  expect(asked).toHaveLength(3)
  stream.shut()
})

test('a service that says how long it is away is left alone for as long', async () => {
  const { stream, told, asked } = streaming(() => json(503, {}, { 'Retry-After': '20' }))
  stream.open()
  await vi.advanceTimersByTimeAsync(19_000)
  expect([names(told), asked.length]).toEqual([['connecting', 'maintenance'], 1])
  await vi.advanceTimersByTimeAsync(1_100)
  expect(asked).toHaveLength(2)
  stream.shut()
})

test('a connection that says nothing any more is made again from where it was', async () => {
  const push = new Push()
  const { stream, told } = streaming((request) => push.answer(request))
  stream.open()
  await until(() => expect(names(told)).toContain('live'))
  await vi.advanceTimersByTimeAsync(41_000)
  await vi.advanceTimersByTimeAsync(1_100)
  expect(push.places).toEqual(['begin', 'place 1'])
  stream.shut()
})

test('opening it twice is one connection', async () => {
  const push = new Push()
  const { stream, told } = streaming((request) => push.answer(request))
  stream.open()
  await until(() => expect(names(told)).toContain('live'))
  stream.open()
  await vi.advanceTimersByTimeAsync(100)
  expect(push.places).toHaveLength(1)
  stream.shut()
})
