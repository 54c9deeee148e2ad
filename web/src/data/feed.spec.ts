import { expect, test } from 'vitest'
import type { Page } from '@/api/types'
import { Feed } from './feed'
import { Keeper } from './keeper'

interface Item {
  id: string
  at: string
  text?: string
}

/** A list of items on a service that answers with these pages. */
function listOf(...pages: Item[][]) {
  const keeper = new Keeper<Item>()
  let hold: Promise<void> | undefined
  const feed = new Feed<Item>({
    fetch: async (cursor): Promise<Page<Item>> => {
      await hold
      const number = Number(cursor ?? 0)
      const next = number + 1 < pages.length ? String(number + 1) : null
      return { items: pages[number] ?? [], next, token: 't' }
    },
    keep: (page, since) => page.map((item) => keeper.page(item.id, item, since).id),
    key: (id) => keeper.items.get(id)?.at ?? '',
    clock: () => keeper.clock(),
  })
  const tell = (item: Item) => {
    keeper.tell(item.id, item)
    feed.put(item.id)
  }
  const slow = () => {
    let go = (): void => undefined
    hold = new Promise((resolve) => (go = resolve))
    return go
  }
  return { feed, keeper, tell, slow }
}

const item = (at: number, text?: string): Item => ({
  id: `i${at}`,
  at: String(at).padStart(4, '0'),
  ...(text && { text }),
})

test('pages follow each other to the end', async () => {
  const { feed } = listOf([item(9), item(8)], [item(7), item(6)])
  await feed.load()
  await feed.more()
  expect(feed.ids.value).toEqual(['i9', 'i8', 'i7', 'i6'])
  expect(feed.next.value).toBeNull()
})

test('news that a page shows too stands there once', async () => {
  const { feed, tell } = listOf([item(9), item(8)])
  await feed.load()
  tell(item(9))
  tell(item(10))
  tell(item(10))
  expect(feed.ids.value).toEqual(['i10', 'i9', 'i8'])
})

test('news that came while the page was on its way are kept, and newer than the page', async () => {
  const { feed, keeper, tell, slow } = listOf([item(9, 'old'), item(8)])
  const go = slow()
  const loading = feed.load()
  tell(item(9, 'edited'))
  tell(item(10))
  go()
  await loading
  expect(feed.ids.value).toEqual(['i10', 'i9', 'i8'])
  expect(keeper.items.get('i9')?.text).toBe('edited')
})

test('items stand in the order of the log, however they came', async () => {
  const { feed, tell } = listOf([item(9), item(5)])
  await feed.load()
  for (const at of [12, 7, 11]) tell(item(at))
  expect(feed.ids.value).toEqual(['i12', 'i11', 'i9', 'i7', 'i5'])
})

test('what is older than the last page comes with its own page', async () => {
  const { feed, tell } = listOf([item(9), item(8)], [item(7), item(6)])
  await feed.load()
  tell(item(7, 'edited'))
  expect(feed.ids.value).toEqual(['i9', 'i8'])
  await feed.more()
  expect(feed.ids.value).toEqual(['i9', 'i8', 'i7', 'i6'])
})

test('the last item of a page comes back to its place', async () => {
  const { feed, tell } = listOf([item(9), item(8)], [item(7)])
  await feed.load()
  feed.drop('i8')
  tell(item(8))
  expect(feed.ids.value).toEqual(['i9', 'i8'])
})

test('an item whose place has changed moves', async () => {
  const { feed, tell } = listOf([item(9), item(8), item(7)])
  await feed.load()
  tell({ id: 'i7', at: '0010' })
  expect(feed.ids.value).toEqual(['i7', 'i9', 'i8'])
})

test('what was remembered gives way to what the service says', async () => {
  const { feed, keeper } = listOf([item(9)])
  keeper.remember('i3', item(3))
  feed.remember(['i3'])
  expect(feed.ids.value).toEqual(['i3'])
  await feed.load()
  expect(feed.ids.value).toEqual(['i9'])
})

test('a list of fifty thousand takes one more at once', async () => {
  const { feed, tell } = listOf(
    Array.from({ length: 50_000 }, (_, index) => ({ id: `x${index}`, at: String(90_000 - index) })),
  )
  await feed.load()
  const begun = performance.now()
  tell({ id: 'new', at: '99999' })
  expect(performance.now() - begun).toBeLessThan(50)
  expect(feed.ids.value[0]).toBe('new')
})
