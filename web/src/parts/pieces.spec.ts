import { expect, test } from 'vitest'
import { piecesOf } from './pieces'

test('marked places are cut out, and nothing is lost', () => {
  const pieces = piecesOf('one two three', [
    [0, 3],
    [8, 13],
  ])
  expect(pieces).toEqual([
    { text: 'one', marked: true },
    { text: ' two ', marked: false },
    { text: 'three', marked: true },
  ])
})
