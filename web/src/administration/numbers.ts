import { words } from '@/words'

/** Numbers as they are written in the language that is shown; texts as they are. */
export function numbersOf(values: Record<string, string | number>): Record<string, string> {
  const format = new Intl.NumberFormat(words.language)
  const said = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'number' ? format.format(value) : value,
  ])
  return Object.fromEntries(said)
}
