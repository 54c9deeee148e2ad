/** Colours under white letters with 4.5:1 or more. */
export const COLOURS = [
  '#0f766e',
  '#1d6fa5',
  '#4356b8',
  '#7746b3',
  '#a1387f',
  '#b3364f',
  '#a8470f',
  '#86600b',
  '#4c7a1f',
  '#4f6473',
] as const

/** Always the same colour for the same name. */
export function colourOf(name: string): string {
  let sum = 7
  for (const letter of name.toLowerCase()) sum = (sum * 31 + letter.codePointAt(0)!) % 65_521
  return COLOURS[sum % COLOURS.length]!
}

/** Two letters at most: of two words, or the first one and a last digit (test1 is not test2). */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean)
  const [first = '?', second] = words.map((word) => Array.from(word))
  if (second) return (first[0]! + second[0]!).toLocaleUpperCase()
  const letters = [...first]
  const digit = letters.length > 1 ? letters.at(-1)!.match(/\d/)?.[0] : undefined
  return (letters[0]! + (digit ?? '')).toLocaleUpperCase()
}

/** Whose face is shown: somebody's, a group's, or that of the own notes. */
export type Face = 'person' | 'group' | 'notes'
