import { expect, test, vi } from 'vitest'
import { json, service } from '@/testing/service'
import { grant, keepAccess, onSessionOver } from './access'
import { api, ask } from './client'
import type { Problem } from './problem'

const me = () => json(200, { id: 'a', username: 'alice' })

test('a fresh session asks for nothing', async () => {
  const asked = service({})
  grant(600)
  expect(await keepAccess()).toBe(true)
  expect(asked).toEqual([])
})

test('a session that is about to end is refreshed before the request', async () => {
  const asked = service({ 'POST /sessions/refresh': () => json(200, { expires_in: 600 }), 'GET /me': me })
  await ask(api.GET('/api/v1/me'))
  await ask(api.GET('/api/v1/me'))
  expect(asked.map(({ key }) => key)).toEqual(['POST /sessions/refresh', 'GET /me', 'GET /me'])
})

test('a request that is refused all the same is asked once more behind a refresh', async () => {
  let count = 0
  const asked = service({
    'POST /sessions/refresh': () => json(200, { expires_in: 600 }),
    'GET /me': () => (count++ ? me() : json(401, {})),
  })
  grant(600)
  await ask(api.GET('/api/v1/me'))
  expect(asked.map(({ key }) => key)).toEqual(['GET /me', 'POST /sessions/refresh', 'GET /me'])
})

test('when no refresh helps, the session is over, and that is said', async () => {
  service({ 'POST /sessions/refresh': () => json(401, {}) })
  const over = vi.fn<() => void>()
  const stop = onSessionOver(over)
  await expect(ask(api.GET('/api/v1/me'))).rejects.toMatchObject({ status: 401 } satisfies Partial<Problem>)
  expect(over).toHaveBeenCalledOnce()
  stop()
})

test('a service that is away does not end the session', async () => {
  service({ 'POST /sessions/refresh': () => json(503, {}, { 'Retry-After': '5' }) })
  const over = vi.fn<() => void>()
  const stop = onSessionOver(over)
  await expect(ask(api.GET('/api/v1/me'))).rejects.toMatchObject({ status: 503, wait: 5 })
  expect(over).not.toHaveBeenCalled()
  stop()
})
