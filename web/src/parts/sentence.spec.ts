import { beforeEach, expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import { followLanguage, words } from '@/words'
import { useSettings } from '@/data/settings'
import { fieldOf, sentenceOf } from './sentence'

const problem = (kind: string, detail: string, fields: Record<string, string> = {}) =>
  new Problem(422, detail, fields, undefined, `/problems/${kind}`)

async function speak(language: 'en' | 'de'): Promise<void> {
  useSettings().language = language
  followLanguage()
  await expect.poll(() => words.language).toBe(language)
}

beforeEach(() => speak('en'))

test('what the service says is said in the reader’s language', async () => {
  const refused = problem('validation', 'Correct what `errors` names.', { '/to/0': 'Nobody is called Zoe.' })
  expect(fieldOf(refused, '/to')).toBe('Nobody is called Zoe.')
  await speak('de')
  expect(fieldOf(refused, '/to')).toBe('Niemand heißt Zoe.')
  expect(sentenceOf(refused)).toBe('Niemand heißt Zoe.')
  expect(sentenceOf(problem('unauthorized', 'The username or the password is wrong.'))).toBe(
    'Benutzername oder Passwort ist falsch.',
  )
  await speak('en')
})

test('a sentence that we do not know is said by its kind', async () => {
  await speak('de')
  expect(sentenceOf(problem('conflict', 'Two of a trade never agree.'))).toMatch(/geändert/)
  await speak('en')
  expect(sentenceOf(problem('conflict', 'Two of a trade never agree.'))).toMatch(/changed/)
})

test('what nobody knows is shown as the service says it', () => {
  expect(sentenceOf(problem('teapot', 'I am a teapot.'))).toBe('I am a teapot.')
  const odd = problem('validation', 'Correct it.', { '/body': 'Odd.' })
  expect([sentenceOf(odd), fieldOf(odd, '/body')]).toEqual(['Odd.', 'Odd.'])
  expect(sentenceOf(problem('teapot', ''))).toBe('That did not work.')
})
