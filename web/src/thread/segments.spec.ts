import { expect, test } from 'vitest'
import { isEmojiOnly, segmentsOf } from './segments'

test('an address is a link, and the sentence around it is not', () => {
  expect(segmentsOf('See https://example.org/a?b=c, please.')).toEqual([
    { text: 'See ' },
    { text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
    { text: ', please.' },
  ])
})

test.each(['javascript:alert(1)', 'data:text/html,x', '<a href="x">', 'https://', 'vbscript:x'])(
  '%s is text',
  (text) => {
    expect(segmentsOf(text)).toEqual([{ text }])
  },
)

test('nothing of a text is lost', () => {
  const text = '(https://a.example) https://b.example/ü! <b>http://c.example</b>'
  expect(
    segmentsOf(text)
      .map((segment) => segment.text)
      .join(''),
  ).toBe(text)
})

test('a few emoji alone are large', () => {
  expect(['🎉', '👩‍👩‍👧 ❤️', '👍🏽'].map(isEmojiOnly)).toEqual([true, true, true])
  expect(['🎉 yes', '42', '#', ''].map(isEmojiOnly)).toEqual([false, false, false, false])
})
