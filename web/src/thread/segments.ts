/** A piece of a message's text. */
export type Segment = { text: string; href?: string }

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/gi
/** What ends a sentence rather than an address. */
const TAIL = /[.,:;!?)\]}]+$/

/** Finds the addresses in a text. They are only ever shown as links of their own kind: nothing of a message becomes markup. */
export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TAIL, '')
    if (!URL.canParse(address)) continue
    if (match.index > end) segments.push({ text: text.slice(end, match.index) })
    segments.push({ text: address, href: address })
    end = match.index + address.length
  }
  if (end < text.length) segments.push({ text: text.slice(end) })
  return segments
}

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s){1,14}$/u

/** A few emoji and nothing else are shown large. */
export function isEmojiOnly(text: string): boolean {
  return EMOJI.test(text) && /\p{Extended_Pictographic}/u.test(text) && !/\d/.test(text)
}
