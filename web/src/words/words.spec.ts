import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KINDS, SENTENCES } from './refusals'

type Words = { [key: string]: string | Words }

const read = (language: string): Words => ({
  ...(JSON.parse(readFileSync(`src/words/${language}.json`, 'utf8')) as Words),
  ...(JSON.parse(readFileSync(`src/words/administration/${language}.json`, 'utf8')) as Words),
})
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

/** The service's own source, with a string that goes on in the next line as one, and without its tests. */
const source = ['api/src', 'domain/src']
  .flatMap((folder) =>
    readdirSync(`../${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.rs') && !file.includes('tests'))
      .map((file) => readFileSync(`../${folder}/${file}`, 'utf8')),
  )
  .join('\n')
  .replaceAll(/\\\n\s*/g, '')

test('every kind of problem that the service knows has a text in both languages', () => {
  const kinds = [...source.matchAll(/^\s+\w+ = \w+ "(\/problems\/[\w-]+)"/gm)].map(([, uri]) => uri!)
  expect(kinds.length).toBeGreaterThan(15)
  expect(Object.keys(KINDS).toSorted()).toEqual(kinds.toSorted())
  for (const key of Object.values(KINDS)) {
    expect([key, english.has(`refusedKind.${key}`), german.has(`refusedKind.${key}`)]).toEqual([
      key,
      true,
      true,
    ])
  }
})

test('every sentence that we say in our own words is still one of the service’s', () => {
  for (const [key, sentence] of Object.entries(SENTENCES)) {
    const pattern = sentence
      .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replaceAll(/\{\w+\}/g, '(\\{\\w+\\}|\\d+)')
    expect([key, new RegExp(`"${pattern}"`).test(source)]).toEqual([key, true])
    expect([key, english.has(`refused.${key}`), german.has(`refused.${key}`)]).toEqual([key, true, true])
  }
  const keys = [...english.keys()].filter((key) => key.startsWith('refused.')).map((key) => key.slice(8))
  expect(keys.toSorted()).toEqual(Object.keys(SENTENCES).toSorted())
})
