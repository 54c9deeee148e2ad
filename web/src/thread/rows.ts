/** What a thread shows, from top to bottom. */
export type Row =
  | { kind: 'day'; key: string; time: string }
  | { kind: 'unread'; key: string }
  /** `starts` and `ends` a group of one sender's messages. */
  | { kind: 'message'; key: string; starts: boolean; ends: boolean }

/** What is needed of a message to place it. */
export interface Placed {
  id: string
  sender: string
  /** RFC 3339. */
  time: string
}

/** Messages of one sender within this time stand together, in milliseconds. */
const TOGETHER = 5 * 60_000

/** No day begins within a quarter of an hour, wherever it is, and naming days takes time. */
const QUARTER = 15 * 60_000

/** Lays messages out, oldest first: day lines, the line above what is unread, and groups of one sender's messages. */
export function rowsOf(messages: readonly Placed[], firstUnread?: string): Row[] {
  const rows: Row[] = []
  let before: { message: Placed; day: string; quarter: number; at: number } | undefined
  let last: Extract<Row, { kind: 'message' }> | undefined
  for (const message of messages) {
    const at = Date.parse(message.time)
    const quarter = Math.floor(at / QUARTER)
    const day = quarter === before?.quarter ? before.day : new Date(at).toDateString()
    const isNewDay = day !== before?.day
    const isUnread = message.id === firstUnread
    const starts =
      isNewDay || isUnread || message.sender !== before?.message.sender || at - before.at > TOGETHER
    if (last) last.ends = starts
    if (isNewDay) rows.push({ kind: 'day', key: `day ${day}`, time: message.time })
    if (isUnread) rows.push({ kind: 'unread', key: 'unread' })
    last = { kind: 'message', key: message.id, starts, ends: true }
    rows.push(last)
    before = { message, day, quarter, at }
  }
  return rows
}
