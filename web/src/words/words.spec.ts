import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

type Words = { [key: string]: string | Words }

const read = (language: string) => JSON.parse(readFileSync(`src/words/${language}.json`, 'utf8')) as Words
const english = flat(read('en'))
const german = flat(read('de'))

function flat(words: Words, before = '', found = new Map<string, string>()): Map<string, string> {
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') found.set(before + key, value)
    else flat(value, `${before}${key}.`, found)
  }
  return found
}

test('both languages say the same things', () => {
  expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted())
})

test('both languages name the same values', () => {
  const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].toSorted()
  for (const [key, text] of english) expect([key, names(german.get(key)!)]).toEqual([key, names(text)])
})

test('every text that is asked for exists', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(vue|ts)$/.test(file) && !file.includes('.spec.'),
  )
  const asked = files.flatMap((file) =>
    [...readFileSync(`src/${file}`, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1]!),
  )
  expect(asked.filter((key) => !english.has(key))).toEqual([])
  expect(asked.length).toBeGreaterThan(100)
})
