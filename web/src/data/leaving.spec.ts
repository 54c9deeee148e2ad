import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { grant } from '@/api/access'
import { alice } from '@/testing/samples'
import { json, service } from '@/testing/service'
import { until } from '@/testing/until'
import { followLeaving, isLeaving } from './leaving'
import { useSession } from './session'

const gone = () => new Response(null, { status: 204 })
const fresh = () => json(200, { expires_in: 600 })
const away = () => {
  throw new TypeError('network')
}
const entered = () => json(201, { access_token: '', expires_in: 600, account: alice })
const keys = (asked: { key: string }[]) => asked.map(({ key }) => key)

beforeEach(() => {
  isLeaving.value = false
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  grant(600)
  useSession().enter(alice)
})
afterEach(() => void vi.useRealTimers())

test('a log-out ends the session at once, and nothing is left to do', async () => {
  const asked = service({ 'DELETE /sessions/current': gone })
  await useSession().logOut()
  expect([keys(asked), isLeaving.value, useSession().isIn]).toEqual([
    ['DELETE /sessions/current'],
    false,
    false,
  ])
})

test('a log-out that the service has not heard of is told as soon as it is back', async () => {
  service({ 'DELETE /sessions/current': away })
  await useSession().logOut()
  expect([useSession().isIn, isLeaving.value]).toEqual([false, true])

  const asked = service({ 'DELETE /sessions/current': gone, 'POST /sessions/refresh': fresh })
  followLeaving()
  await until(() => expect(isLeaving.value).toBe(false))
  expect(keys(asked)).toEqual(['POST /sessions/refresh', 'DELETE /sessions/current'])
})

test('nobody logs in before the session of before has ended', async () => {
  const maintained = () => json(503, {})
  service({ 'DELETE /sessions/current': maintained, 'POST /sessions/refresh': maintained })
  await useSession().logOut()
  expect(isLeaving.value).toBe(true)
  await expect(useSession().logIn('alice', 'secret')).rejects.toMatchObject({ status: 503 })
  expect(useSession().isIn).toBe(false)

  const asked = service({
    'POST /sessions/refresh': fresh,
    'DELETE /sessions/current': gone,
    'POST /sessions': entered,
  })
  await useSession().logIn('alice', 'secret')
  expect(keys(asked)).toEqual(['POST /sessions/refresh', 'DELETE /sessions/current', 'POST /sessions'])
  expect([useSession().isIn, isLeaving.value]).toEqual([true, false])
})

test('a session that is over already needs no ending', async () => {
  service({ 'DELETE /sessions/current': away })
  await useSession().logOut()
  service({ 'POST /sessions/refresh': () => json(401, {}) })
  followLeaving()
  await until(() => expect(isLeaving.value).toBe(false))
})
