/** How far the service's clock is ahead of ours, in milliseconds. */
let ahead = 0

/** Learns the service's time from an answer, which is as old as half of its way. */
export function learnTime(response: Response, askedAt: number): void {
  const date = Date.parse(response.headers.get('Date') ?? '')
  if (Number.isNaN(date)) return
  const now = Date.now()
  // The header has whole seconds: half of one is the best guess.
  ahead = date + 500 - (askedAt + now) / 2
}

/** The time by the service's clock: message ids that are far off are refused. */
export function serviceTime(): number {
  return Math.round(Date.now() + ahead)
}
