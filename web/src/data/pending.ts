/** A file that goes with a message which is still to be sent. */
export interface PendingFile {
  name: string
  type: string
  size: number
  /** Gone once the service has it. */
  blob?: Blob
  /** The service's name for it, once it has it. */
  id?: string
}

/** A message that is still to be sent. Kept on disk, so that it survives a reload and days offline. */
export interface Pending {
  /** The UUIDv7 under which it will be stored: sending it again never makes another message. */
  id: string
  /** Where it goes: an own conversation, or people. */
  conversation?: string
  to?: string[]
  subject: string
  body: string
  files: PendingFile[]
  replyTo?: string
  /** Milliseconds, by our own clock. */
  queuedAt: number
  /** Why the service will not have it. Undefined while it may still be sent. */
  refusal?: { detail: string; fields: Record<string, string>; kind?: string }
}

/** Messages of one lane are sent one after the other. */
export function laneOf({ conversation, to }: Pending): string {
  return (
    conversation ??
    `to:${(to ?? [])
      .map((name) => name.toLowerCase())
      .toSorted()
      .join(',')}`
  )
}

export function inOrder(a: Pending, b: Pending): number {
  return a.queuedAt - b.queuedAt || (a.id < b.id ? -1 : 1)
}

export function lanesOf(items: readonly Pending[]): Pending[][] {
  const lanes = new Map<string, Pending[]>()
  for (const item of items) {
    const lane = laneOf(item)
    lanes.set(lane, [...(lanes.get(lane) ?? []), item])
  }
  return [...lanes.values()]
}
