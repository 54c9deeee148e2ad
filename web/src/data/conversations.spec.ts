import { expect, test } from 'vitest'
import { conversation } from '@/testing/samples'
import { useConversations } from './conversations'

test('the one with the newest message comes first', () => {
  const conversations = useConversations()
  for (const [id, after] of [
    ['x', 1],
    ['y', 2],
    ['x', 3],
  ] as const)
    conversations.apply(conversation(id, after))
  expect(conversations.list.map(({ id }) => id)).toEqual(['x', 'y'])
})

test('archiving moves it to the archive, and a new message brings it back', () => {
  const conversations = useConversations()
  conversations.apply(conversation('x', 1))
  conversations.patch('x', { archived: true })
  expect([conversations.current.ids.value, conversations.archived.ids.value]).toEqual([[], ['x']])
  conversations.apply(conversation('x', 2))
  expect([conversations.current.ids.value, conversations.archived.ids.value]).toEqual([['x'], []])
})

test('one that was left is in no list', () => {
  const conversations = useConversations()
  conversations.apply(conversation('x', 1))
  conversations.patch('x', { left_at: '2026-01-01T13:00:00.000000Z' })
  expect(conversations.list).toEqual([])
})

test('a person is found by name in any case, and no group is taken for them', () => {
  const conversations = useConversations()
  conversations.apply(conversation('g', 1, { kind: 'group', title: 'All' }))
  conversations.apply(conversation('x', 1))
  expect(conversations.withPerson('BOB')?.id).toBe('x')
})
