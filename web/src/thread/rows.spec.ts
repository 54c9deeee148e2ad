import { expect, test } from 'vitest'
import { minute } from '@/testing/samples'
import { rowsOf } from './rows'

const at = (id: string, sender: string, after: number) => ({ id, sender, time: minute(after) })

test('messages of one sender within five minutes stand together', () => {
  const rows = rowsOf([at('1', 'a', 0), at('2', 'a', 4), at('3', 'a', 20), at('4', 'b', 21)])
  const groups = rows.flatMap((row) => (row.kind === 'message' ? [[row.key, row.starts, row.ends]] : []))
  expect(groups).toEqual([
    ['1', true, false],
    ['2', false, true],
    ['3', true, true],
    ['4', true, true],
  ])
})

test('each day has its line', () => {
  const rows = rowsOf([at('1', 'a', 0), at('2', 'a', 3 * 24 * 60), at('3', 'a', 3 * 24 * 60 + 1)])
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'day', 'message', 'message'])
})

test('the line stands above the first unread message and parts a group', () => {
  const rows = rowsOf([at('1', 'a', 0), at('2', 'a', 1)], '2')
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'unread', 'message'])
})

test('fifty thousand messages are laid out at once', () => {
  const many = Array.from({ length: 50_000 }, (_, index) =>
    at(String(index), index % 3 ? 'a' : 'b', index / 10),
  )
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now()
    rowsOf(many)
    return performance.now() - begun
  })
  // The best of some: others work on this machine, too.
  expect(Math.min(...times)).toBeLessThan(200)
  expect(rowsOf(many).filter(({ kind }) => kind === 'message')).toHaveLength(50_000)
})
