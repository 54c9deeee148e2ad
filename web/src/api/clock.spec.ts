import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { learnTime, serviceTime } from './clock'

// How long the test takes is not the clock's fault.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

test('ids are made by the service’s clock', () => {
  const hour = 3_600_000
  const date = new Date(Date.now() + hour).toUTCString()
  learnTime(new Response('', { headers: { Date: date } }), Date.now())
  expect(Math.abs(serviceTime() - Date.now() - hour)).toBeLessThan(1_500)
  learnTime(new Response(''), Date.now())
  expect(Math.abs(serviceTime() - Date.now() - hour)).toBeLessThan(1_500)
})
