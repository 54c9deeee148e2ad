import type { Sent } from '@/api/types'

/** How far a message has come. */
export type Step = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

/** To a group it is delivered, or read, when that is so for everybody. */
export function stepOf({ recipients, delivered_to, read_by }: Sent): Step {
  if (recipients > 0 && read_by >= recipients) return 'read'
  if (recipients > 0 && Math.max(delivered_to, read_by) >= recipients) return 'delivered'
  return 'sent'
}

/** How many of a message's recipients it has reached. */
export interface Counts {
  read: number
  delivered: number
  of: number
}

/** What is shown beside the ticks in a group, as long as some have read it and some have not: "2/5". */
export function shareOf({ read, of }: Counts): string | undefined {
  return of > 1 && read > 0 && read < of ? `${read}/${of}` : undefined
}
