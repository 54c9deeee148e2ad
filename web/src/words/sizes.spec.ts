import { expect, test } from 'vitest'
import { sizeOf } from './sizes'

test('a size is said in the unit in which it is a small number', () => {
  const said = [0, 999, 1_000, 1_449_999, 25_000_000, 999_999_999, 3_210_000_000, 4e12, 7e15].map(sizeOf)
  expect(said).toEqual([
    '0 byte',
    '999 byte',
    '1 kB',
    '1.4 MB',
    '25 MB',
    '1,000 MB',
    '3.2 GB',
    '4 TB',
    '7,000 TB',
  ])
})
