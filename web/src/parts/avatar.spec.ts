import { expect, test } from 'vitest'
import { COLOURS, colourOf, initialsOf } from './avatar'

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

test.each(COLOURS)('white letters on %s have 4.5:1', (colour) => {
  expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(4.5)
})

test('a name has the same colour in any case', () => {
  expect(colourOf('Alice')).toBe(colourOf('alice'))
})

test.each([
  ['test1', 'T1'],
  ['marie.curie', 'MC'],
  ['Harbour walk ⚓', 'HW'],
  ['نورة', 'ن'],
  ['👩 team', '👩T'],
  ['', '?'],
])('%s is pictured as %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})
