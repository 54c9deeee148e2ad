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
  const page = async (number: number, isMiddle: boolean): Promise<Page<Item>> => {
    await hold
    const next = number + 1 < pages.length ? String(number + 1) : null
    const previous = isMiddle && number > 0 ? `back ${number - 1}` : null
    return { items: pages[number] ?? [], next, previous, token: 't' }
  }
  const feed = new Feed<Item>({
    fetch: (cursor = '0') => page(Number(cursor.replace('back ', '')), cursor.startsWith('back')),
    fetchAround: (id) =>
      page(
        pages.findIndex((items) => items.some((item) => item.id === id)),
        true,
      ),
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
  // The best of some, since others work on this machine, too.
  let best = Infinity
  for (let at = 90_001; at < 90_021; at++) {
    const begun = performance.now()
    tell({ id: `new ${at}`, at: String(at) })
    best = Math.min(best, performance.now() - begun)
    expect(feed.ids.value[0]).toBe(`new ${at}`)
  }
  expect(best).toBeLessThan(50)
})

const book = [
  [item(9), item(8)],
  [item(7), item(6)],
  [item(5), item(4)],
  [item(3), item(2)],
]

test('from the middle it goes on both ways, to everything once', async () => {
  const { feed } = listOf(...book)
  await feed.load()
  await feed.around('i5')
  expect([feed.ids.value, feed.isDetached.value]).toEqual([['i5', 'i4'], true])
  await feed.more()
  await feed.later()
  expect(feed.ids.value).toEqual(['i7', 'i6', 'i5', 'i4', 'i3', 'i2'])
  await feed.later()
  expect([feed.ids.value, feed.isDetached.value]).toEqual([book.flat().map(({ id }) => id), false])
  await feed.later()
  expect(feed.ids.value).toHaveLength(8)
})

test('news leave no gap while the middle is shown, and follow when the list reaches to them', async () => {
  const { feed, tell } = listOf(...book)
  await feed.around('i5')
  for (const at of [10, 11, 11]) tell(item(at))
  tell(item(5, 'edited'))
  expect([feed.ids.value, feed.ahead.value]).toEqual([
    ['i5', 'i4'],
    ['i10', 'i11'],
  ])
  feed.drop('i10')
  await feed.later()
  await feed.later()
  expect([feed.ids.value.slice(0, 3), feed.ahead.value]).toEqual([['i11', 'i9', 'i8'], []])
  tell(item(12))
  expect(feed.ids.value[0]).toBe('i12')
})

test('news that come while the last page before is on its way are not lost', async () => {
  const { feed, tell, slow } = listOf(...book)
  await feed.around('i7')
  const go = slow()
  const loading = feed.later()
  tell(item(10))
  go()
  await loading
  expect(feed.ids.value.slice(0, 2)).toEqual(['i10', 'i9'])
})

test('the way back from the middle leads to the newest, with what has come since', async () => {
  const { feed, tell } = listOf(...book)
  await feed.around('i3')
  const { value: part } = feed.part
  tell(item(10))
  await feed.newest()
  expect([feed.ids.value, feed.isDetached.value, feed.ahead.value]).toEqual([['i10', 'i9', 'i8'], false, []])
  expect(feed.part.value).toBe(part + 1)
})

test('who looks at the middle stays there when everything is asked for anew', async () => {
  const { feed } = listOf(...book)
  await feed.around('i5')
  await feed.reload()
  expect(feed.ids.value).toEqual(['i5', 'i4'])
})
