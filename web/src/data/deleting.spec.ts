import { beforeEach, expect, test } from 'vitest'
import { grant } from '@/api/access'
import { serviceTime } from '@/api/clock'
import { received } from '@/testing/samples'
import { json, service } from '@/testing/service'
import { until } from '@/testing/until'
import { deleteMessages } from './deleting'
import { useMessages } from './messages'
import { useToasts } from './toasts'

const done = () => new Response(null, { status: 204 })
const shown = () => useMessages().inbox.ids.value
const keys = (asked: { key: string }[]) => asked.map(({ key }) => key)

/** What the stream tells of a message, with the time of its deletion. */
const told = (id: string, index: number, deleted_at: string | null = null) =>
  useMessages().apply(received(id, index, { deleted_at }))
const now = (later = 0) => new Date(serviceTime() + later).toISOString()

beforeEach(() => {
  grant(600)
  for (const [index, id] of ['m1', 'm2', 'm3'].entries()) told(id, index)
})

test('a message is gone at once, and undo brings it back to its place', async () => {
  const asked = service({ 'DELETE /inbox/m1': done, 'POST /inbox/m1/restore': done })
  const removal = deleteMessages(['m1'])
  expect(shown()).toEqual(['m3', 'm2'])
  useToasts().undo()
  expect(shown()).toEqual(['m3', 'm2', 'm1'])
  await removal
  await until(() => expect(keys(asked)).toEqual(['DELETE /inbox/m1', 'POST /inbox/m1/restore']))
})

test('what was undone stays, although the news of its deletion come after that', async () => {
  const asked = service({ 'DELETE /inbox/m1': done, 'POST /inbox/m1/restore': done })
  const removal = deleteMessages(['m1'])
  const deletedAt = now()
  useToasts().undo()
  told('m1', 0, deletedAt)
  expect(shown()).toContain('m1')
  await removal
  await until(() => expect(keys(asked)).toHaveLength(2))
  told('m1', 0, deletedAt)
  told('m1', 0)
  expect(shown()).toContain('m1')
})

test('what was deleted stays away, although older news of it come after that', async () => {
  service({ 'DELETE /inbox/m1': done })
  const removal = deleteMessages(['m1'])
  told('m1', 0)
  await removal
  told('m1', 0)
  expect(shown()).not.toContain('m1')
})

test('what is deleted and brought back elsewhere afterwards is believed', async () => {
  const asked = service({ 'DELETE /inbox/m1': done, 'POST /inbox/m1/restore': done })
  const removal = deleteMessages(['m1'])
  told('m1', 0, now())
  told('m1', 0)
  expect(shown()).toContain('m1')
  await removal
  useToasts().undo()
  await until(() => expect(keys(asked)).toHaveLength(2))
  // Once its answer is there as well.
  await until(() => {
    told('m1', 0, now(60_000))
    expect(shown()).not.toContain('m1')
  })
})

test('what is deleted, brought back and deleted again is asked for in this order', async () => {
  let go = (): void => undefined
  const held = new Promise<void>((resolve) => (go = resolve))
  const slowly = async () => {
    await held
    return done()
  }
  const asked = service({ 'DELETE /inbox/m1': slowly, 'POST /inbox/m1/restore': done })
  void deleteMessages(['m1'])
  await until(() => expect(keys(asked)).toHaveLength(1))
  useToasts().undo()
  const again = deleteMessages(['m1'])
  go()
  await again
  expect(keys(asked)).toEqual(['DELETE /inbox/m1', 'POST /inbox/m1/restore', 'DELETE /inbox/m1'])
  expect(shown()).not.toContain('m1')
})

test('one that the service would not delete is shown again, and the rest is gone', async () => {
  service({
    'DELETE /inbox/m1': done,
    'DELETE /inbox/m2': () => json(409, { detail: 'Not now.' }),
    'DELETE /inbox/m3': done,
  })
  await deleteMessages(['m1', 'm2', 'm3'])
  expect(shown()).toEqual(['m2'])
  const failed = useToasts().toasts.filter(({ kind }) => kind === 'failed')
  expect(failed.map(({ text }) => text)).toEqual(['1 of 3 messages could not be deleted. Not now.'])
})

test('undo brings all of a selection back, and deletes no more of it', async () => {
  const many = Array.from({ length: 20 }, (_, index) => `x${index}`)
  for (const [index, id] of many.entries()) told(id, index + 10)
  const answers = many.flatMap((id) => [
    [`DELETE /inbox/${id}`, done] as const,
    [`POST /inbox/${id}/restore`, done] as const,
  ])
  const asked = service(Object.fromEntries(answers))
  const before = shown()
  const removal = deleteMessages(many)
  expect(shown()).toEqual(['m3', 'm2', 'm1'])
  useToasts().undo()
  expect(shown()).toEqual(before)
  await removal
  await until(() => expect(keys(asked).filter((key) => key.startsWith('POST'))).toHaveLength(20))
  expect(keys(asked).filter((key) => key.startsWith('DELETE')).length).toBeLessThan(20)
  expect(shown()).toEqual(before)
})

test('who deletes too fast for the service waits, and loses nothing', async () => {
  let isBusy = true
  const asked = service({
    'DELETE /inbox/m1': () => {
      if (!isBusy) return done()
      isBusy = false
      return json(429, {}, { 'Retry-After': '0' })
    },
  })
  await deleteMessages(['m1'])
  expect(keys(asked)).toEqual(['DELETE /inbox/m1', 'DELETE /inbox/m1'])
  expect(useToasts().toasts.filter(({ kind }) => kind === 'failed')).toEqual([])
})
