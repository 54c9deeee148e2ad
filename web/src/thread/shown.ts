import type { Account, Attachment, Entry } from '@/api/types'
import type { Pending, PendingFile } from '@/data/pending'
import { type Counts, type Step, stepOf } from '@/parts/ticks'

/** A message as a bubble shows it, stored or still to be sent. */
export interface Shown {
  id: string
  sender: string
  isOwn: boolean
  subject: string
  body: string
  time: string | number
  attachments: Attachment[]
  /** Files that are on their way. */
  files: PendingFile[]
  replyTo: string | undefined
  isEdited: boolean
  isUnsent: boolean
  /** Of an own one. */
  step: Step | undefined
  counts: Counts | undefined
  refusal: Pending['refusal']
  entry: Entry | undefined
}

export function shownOf(
  entry: Entry | undefined,
  pending: Pending | undefined,
  own: Account | undefined,
): Shown | undefined {
  if (entry) return stored(entry)
  return pending && own ? waiting(pending, own) : undefined
}

function stored(entry: Entry): Shown {
  const { message } = entry
  const sent = entry.box === 'sent' ? entry : undefined
  return {
    id: message.id,
    sender: message.sender.username,
    isOwn: !!sent,
    subject: message.subject ?? '',
    body: message.body ?? '',
    time: message.sent_at,
    attachments: message.attachments,
    files: [],
    replyTo: message.reply_to ?? undefined,
    isEdited: !!message.edited_at,
    isUnsent: !!message.unsent_at,
    step: sent && stepOf(sent),
    counts: sent && { read: sent.read_by, delivered: sent.delivered_to, of: sent.recipients },
    refusal: undefined,
    entry,
  }
}

function waiting(pending: Pending, own: Account): Shown {
  const { id, subject, body, queuedAt, files, replyTo, refusal } = pending
  return {
    id,
    sender: own.username,
    isOwn: true,
    subject,
    body,
    time: queuedAt,
    attachments: [],
    files,
    replyTo,
    isEdited: false,
    isUnsent: false,
    step: refusal ? 'failed' : 'queued',
    counts: undefined,
    refusal,
    entry: undefined,
  }
}
