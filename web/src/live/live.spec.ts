import { afterEach, expect, test, vi } from 'vitest'
import { received } from '@/testing/samples'
import { Push } from '@/testing/push'
import { service } from '@/testing/service'
import { until } from '@/testing/until'

/** A tab has modules and stores of its own; browser, disk and service are the same for all. */
async function tab() {
  vi.resetModules()
  const { createPinia, setActivePinia } = await import('pinia')
  const pinia = createPinia()
  setActivePinia(pinia)
  const [{ useLive }, { useMessages }, { grant }] = await Promise.all([
    import('./live'),
    import('@/data/messages'),
    import('@/api/access'),
  ])
  grant(600)
  const opened = { live: useLive(pinia), messages: useMessages(pinia) }
  tabs.push(opened)
  return opened
}

const tabs: { live: { end(): void } }[] = []

afterEach(() => {
  for (const { live } of tabs.splice(0)) live.end()
})

function pushing(): Push {
  const push = new Push()
  service({ 'GET /events': (request) => push.answer(request) })
  return push
}

const news = (id: string, after: number) => ({ type: 'message.new' as const, ...received(id, after) })
const here = Promise.resolve('the first page')

test('of two tabs one holds the stream, and both hear it', async () => {
  const push = pushing()
  const [one, two] = [await tab(), await tab()]
  one.live.start(here)
  two.live.start(here)
  await until(() => expect(two.live.status.name).toBe('live'))
  expect(push.places).toEqual(['the first page'])
  push.tell(news('m1', 1))
  await until(() => expect(two.messages.inbox.ids.value).toEqual(['m1']))
  expect(one.messages.inbox.ids.value).toEqual(['m1'])
  expect([one.live.isReader, two.live.isReader]).toEqual([true, false])
})

test('when the reader goes, another goes on from the last place that was heard of', async () => {
  const push = pushing()
  const [one, two] = [await tab(), await tab()]
  one.live.start(here)
  two.live.start(here)
  await until(() => expect(one.live.status.name).toBe('live'))
  push.tell(news('m1', 1))
  await until(() => expect(two.messages.inbox.ids.value).toEqual(['m1']))
  one.live.end()
  await until(() => expect(push.places).toEqual(['the first page', 'place 2']))
  expect(push.connections).toBe(1)
  push.tell(news('m2', 2))
  await until(() => expect(two.messages.inbox.ids.value).toEqual(['m2', 'm1']))
})

test('an ended session is over in every tab, and nobody connects again', async () => {
  const push = pushing()
  const [one, two] = [await tab(), await tab()]
  one.live.start(here)
  two.live.start(here)
  await until(() => expect(two.live.status.name).toBe('live'))
  push.tell({ type: 'session.ended' })
  await until(() => expect(two.live.status.name).toBe('over'))
  expect([one.live.status.name, push.connections]).toEqual(['over', 0])
})
