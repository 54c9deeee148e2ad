export interface Piece {
  text: string
  marked: boolean
}

/** Cuts a text at its marked places, `[start, end)` as `slice` takes them. */
export function piecesOf(text: string, places: readonly number[][]): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const [from = 0, to = 0] of places) {
    if (from > end) pieces.push({ text: text.slice(end, from), marked: false })
    pieces.push({ text: text.slice(from, to), marked: true })
    end = to
  }
  if (end < text.length) pieces.push({ text: text.slice(end), marked: false })
  return pieces
}
