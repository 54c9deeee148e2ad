import { expect, test } from 'vitest'
import { received, sent } from '@/testing/samples'
import { useMessages } from './messages'

test('a message stands in its box and in its conversation, once each', () => {
  const messages = useMessages()
  const thread = messages.thread('c')
  for (const entry of [received('m1', 1), sent('m2', 2), received('m1', 1)]) messages.apply(entry)
  expect(messages.inbox.ids.value).toEqual(['m1'])
  expect(messages.sent.ids.value).toEqual(['m2'])
  expect(thread.ids.value).toEqual(['m2', 'm1'])
})

test('a deleted message leaves its lists and comes back to its place', () => {
  const messages = useMessages()
  for (const [index, id] of ['m1', 'm2', 'm3'].entries()) messages.apply(received(id, index))
  messages.apply(received('m2', 1, { deleted_at: '2026-01-01T13:00:00.000000Z' }))
  expect(messages.inbox.ids.value).toEqual(['m3', 'm1'])
  messages.apply(received('m2', 1))
  expect(messages.inbox.ids.value).toEqual(['m3', 'm2', 'm1'])
})

test('the echo of a message changes what is known of it, not where it stands', () => {
  const messages = useMessages()
  messages.apply(sent('m1', 1))
  messages.apply(sent('m1', 1, { delivered_to: 1, read_by: 1 }))
  expect(messages.sent.ids.value).toEqual(['m1'])
  expect(messages.entries.get('m1')).toMatchObject({ read_by: 1 })
})
