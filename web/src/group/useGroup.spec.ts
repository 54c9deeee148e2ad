import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineComponent } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { grant } from '@/api/access'
import type { Conversation } from '@/api/types'
import { useConversations } from '@/data/conversations'
import { conversation } from '@/testing/samples'
import { json, service } from '@/testing/service'
import { until } from '@/testing/until'
import { useGroup } from './useGroup'

const SHOWN = 50
const COUNT = 60

const people = (count: number, role: 'member' | 'owner' = 'member') =>
  Array.from({ length: count }, (_, index) => ({ id: `p${index}`, username: `person ${index}`, role }))

/** As a list or the stream tells of a large group: the first of its people only. */
const told = (count: number, after: number, change: Partial<Conversation> = {}) =>
  conversation('g', after, {
    kind: 'group',
    title: 'All',
    members: people(count).slice(0, SHOWN),
    member_count: count,
    ...change,
  })

function open() {
  let group: ReturnType<typeof useGroup>
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: {} }] })
  const component = defineComponent({
    setup() {
      group = useGroup('g')
      return () => null
    },
  })
  const mounted = mount(component, { global: { plugins: [router] } })
  return { group: group!, mounted }
}

beforeEach(() => {
  grant(600)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => void vi.useRealTimers())

test('of a large group everybody is shown, also after news of it', async () => {
  let count = COUNT
  const asked = service({
    'GET /conversations/g': () => json(200, told(count, 1, { members: people(count) })),
  })
  const { group, mounted } = open()
  await until(() => expect(group.members.value).toHaveLength(COUNT))

  useConversations().apply(told(COUNT, 2))
  expect(group.members.value).toHaveLength(COUNT)
  count = COUNT + 1
  for (const after of [3, 4, 5]) useConversations().apply(told(count, after))
  expect(group.members.value).toHaveLength(COUNT)
  await vi.advanceTimersByTimeAsync(500)
  await until(() => expect(group.members.value).toHaveLength(COUNT + 1))
  // Once for the page, and once for all that came.
  expect(asked).toHaveLength(2)
  mounted.unmount()
})

test('the news of a small group bring everybody, and nothing is asked for', async () => {
  const asked = service({ 'GET /conversations/g': () => json(200, told(3, 1)) })
  const { group, mounted } = open()
  await until(() => expect(group.members.value).toHaveLength(3))
  useConversations().apply(told(2, 2))
  expect(group.members.value).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(500)
  expect(asked).toHaveLength(1)
  mounted.unmount()
})
