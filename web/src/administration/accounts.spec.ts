import { beforeEach, expect, test } from 'vitest'
import { grant } from '@/api/access'
import { json, service } from '@/testing/service'
import { change } from './accounts'

beforeEach(() => grant(600))

test('a change is shown, although the service needs a while to come behind it', async () => {
  let behind = 2
  const asked = service({
    'PUT /admin/accounts/a/disabled': () =>
      new Response(null, { status: 204, headers: { 'Tidings-Token': 'here' } }),
    'GET /admin/accounts/a': () =>
      behind-- ? json(503, {}, { 'Retry-After': '0' }) : json(200, { id: 'a', disabled_at: 'now' }),
  })
  expect(await change.disabled('a', true)).toMatchObject({ disabled_at: 'now' })
  expect(asked.map(({ key }) => key)).toEqual([
    'PUT /admin/accounts/a/disabled',
    ...Array.from({ length: 3 }, () => 'GET /admin/accounts/a'),
  ])
})
