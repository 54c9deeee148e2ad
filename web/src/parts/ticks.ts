import type { Sent } from '@/api/types'

/** How far a message has come. */
export type Step = 'queued' | 'sent' | 'delivered' | 'read' | 'failed'

/** To a group it is delivered, or read, when that is so for everybody. */
export function stepOf({ recipients, delivered_to, read_by }: Sent): Step {
  if (recipients > 0 && read_by >= recipients) return 'read'
  if (recipients > 0 && Math.max(delivered_to, read_by) >= recipients) return 'delivered'
  return 'sent'
}
