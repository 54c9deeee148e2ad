import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test, vi } from 'vitest'
import { grant } from '@/api/access'
import { alice, sent } from '@/testing/samples'
import { json, service } from '@/testing/service'
import { closeDisk } from './disk'
import { useMessages } from './messages'
import { useOutbox } from './outbox'
import { useSession } from './session'

let account = 0

beforeEach(() => {
  closeDisk()
  grant(600)
  useSession().enter({ ...alice, id: `account ${++account}` })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
})

const draft = (body: string, conversation = 'c') => ({ conversation, subject: '', body, files: [] })

/** The service's answer to a message: it is stored. */
async function stored(request: Request): Promise<Response> {
  const { id, body } = (await request.json()) as { id: string; body: string }
  return json(201, { ...sent(id, 1).message, body })
}

test('a message is on disk before it is sent, and gone when it is stored', async () => {
  const outbox = useOutbox()
  service({ 'POST /messages': stored })
  const { id } = await outbox.send(draft('hello'))
  expect(outbox.items.map((item) => item.id)).toEqual([id])
  await outbox.flush()
  expect(outbox.items).toEqual([])
  expect(useMessages().sent.ids.value).toEqual([id])
})

test('what is written offline survives a reload and is sent once each, in order', async () => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  const asked = service({ 'POST /messages': stored })
  for (const body of ['one', 'two', 'three']) await useOutbox().send(draft(body))
  expect(asked).toEqual([])

  const session = useSession().account!
  setActivePinia(createPinia())
  useSession().enter(session)
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  await useOutbox().flush()
  await useOutbox().flush()
  expect(asked.map(({ body }) => (body as { body: string }).body)).toEqual(['one', 'two', 'three'])
})

test('a lost answer is asked for again under the same id', async () => {
  const outbox = useOutbox()
  let isLost = true
  const asked = service({
    'POST /messages': (request) => {
      if (!isLost) return stored(request)
      isLost = false
      throw new TypeError('network')
    },
  })
  const { id } = await outbox.send(draft('hello'))
  await outbox.flush()
  await outbox.flush()
  expect(asked.map(({ body }) => (body as { id: string }).id)).toEqual([id, id])
  expect(outbox.items).toEqual([])
})

test('a message that cannot go holds up those behind it in its conversation only', async () => {
  const outbox = useOutbox()
  const asked = service({
    'POST /messages': async (request) => {
      const { conversation_id } = (await request.clone().json()) as { conversation_id: string }
      return conversation_id === 'busy' ? json(429, {}, { 'Retry-After': '60' }) : stored(request)
    },
  })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  for (const body of ['one', 'two']) await outbox.send(draft(body, 'busy'))
  await outbox.send(draft('three', 'free'))
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  await outbox.flush()
  expect(asked).toHaveLength(2)
  expect(outbox.items.map(({ body }) => body)).toEqual(['one', 'two'])
  outbox.clear()
})

test('a refused message says why, and the next one goes', async () => {
  const outbox = useOutbox()
  service({
    'POST /messages': async (request) => {
      const { body } = (await request.clone().json()) as { body: string }
      const errors = [{ pointer: '/body', detail: 'Too long.' }]
      return body === 'bad' ? json(422, { detail: 'Correct it.', errors }) : stored(request)
    },
  })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  for (const body of ['bad', 'good']) await outbox.send(draft(body))
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  await outbox.flush()
  expect(outbox.items.map(({ body, refusal }) => [body, refusal?.fields['/body']])).toEqual([
    ['bad', 'Too long.'],
  ])
  expect(outbox.waiting).toEqual([])
})

test('what the service has forgotten on purpose is not sent again', async () => {
  const outbox = useOutbox()
  service({ 'POST /messages': () => json(410, {}) })
  await outbox.send(draft('taken back elsewhere'))
  await outbox.flush()
  expect(outbox.items).toEqual([])
})

test('tabs without locks send the same message under the same id, and one of them is enough', async () => {
  Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  const outbox = useOutbox()
  const { id } = await outbox.send(draft('hello'))
  const session = useSession().account!
  setActivePinia(createPinia())
  useSession().enter(session)
  const other = useOutbox()
  const asked = service({ 'POST /messages': stored })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  await Promise.all([outbox.flush(), other.flush()])
  expect(new Set(asked.map(({ body }) => (body as { id: string }).id))).toEqual(new Set([id]))
  expect([outbox.items, other.items]).toEqual([[], []])
})

test('what another tab has sent with files of its own uploading is not refused here', async () => {
  const outbox = useOutbox()
  const errors = [{ pointer: '/id', detail: 'This id is that of another message of yours.' }]
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  const { id } = await outbox.send(draft('hello'))
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true)
  service({
    'POST /messages': () => json(422, { detail: 'Correct it.', errors }),
    [`GET /messages/${id}`]: () => json(200, sent(id, 1).message),
  })
  await outbox.flush()
  expect(outbox.items).toEqual([])
  expect(useMessages().sent.ids.value).toEqual([id])
})
