import { beforeEach, expect, test, vi } from 'vitest'
import { grant } from '@/api/access'
import { received } from '@/testing/samples'
import { json, service } from '@/testing/service'
import { deleteMessages } from './deleting'
import { useMessages } from './messages'
import { useToasts } from './toasts'

const done = () => new Response(null, { status: 204 })

beforeEach(() => {
  grant(600)
  for (const [index, id] of ['m1', 'm2'].entries()) useMessages().apply(received(id, index))
})

test('a message is gone at once, and undo brings it back to its place', async () => {
  const asked = service({ 'DELETE /inbox/m1': done, 'POST /inbox/m1/restore': done })
  const removal = deleteMessages(['m1'])
  expect(useMessages().inbox.ids.value).toEqual(['m2'])
  useToasts().undo()
  expect(useMessages().inbox.ids.value).toEqual(['m2', 'm1'])
  await removal
  const keys = () => asked.map(({ key }) => key)
  await vi.waitFor(() => expect(keys()).toEqual(['DELETE /inbox/m1', 'POST /inbox/m1/restore']))
})

test('what the service would not delete is shown again, and that is said', async () => {
  service({ 'DELETE /inbox/m1': () => json(409, { detail: 'Not now.' }), 'DELETE /inbox/m2': done })
  await deleteMessages(['m1', 'm2'])
  expect(useMessages().inbox.ids.value).toEqual(['m1'])
  expect(useToasts().toasts.at(-1)).toMatchObject({ text: 'Not now.', kind: 'failed' })
})
