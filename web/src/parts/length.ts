/** As many characters as a message may have. */
export const LONGEST_BODY = 20_000

/** Characters as the service counts them: by code points. */
export function lengthOf(text: string): number {
  // A short text is not worth counting twice.
  if (text.length < LONGEST_BODY - 2_000) return text.length
  return Array.from(text).length
}
