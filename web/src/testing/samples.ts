import type { Account, Conversation, Received, Sent } from '@/api/types'

export const alice: Account = { id: 'a', username: 'alice', first_name: '', last_name: '' }
export const bob: Account = { id: 'b', username: 'bob', first_name: '', last_name: '' }

/** A time of the service's, so many minutes after noon. */
export function minute(after: number): string {
  return new Date(Date.UTC(2026, 0, 1, 12, after)).toISOString().replace('Z', '000Z')
}

export function received(id: string, after: number, change: Partial<Received> = {}): Received {
  return {
    box: 'inbox',
    message: message(id, after, bob),
    read_at: null,
    delivered_at: null,
    deleted_at: null,
    ...change,
  }
}

export function sent(id: string, after: number, change: Partial<Sent> = {}): Sent {
  return {
    box: 'sent',
    message: message(id, after, alice),
    recipients: 1,
    delivered_to: 0,
    read_by: 0,
    deleted_at: null,
    ...change,
  }
}

function message(id: string, after: number, sender: Account) {
  return {
    id,
    conversation_id: 'c',
    sender: { id: sender.id, username: sender.username },
    subject: '',
    body: `body of ${id}`,
    attachments: [],
    reply_to: null,
    sent_at: minute(after),
    edited_at: null,
    unsent_at: null,
  }
}

export function conversation(id: string, after: number, change: Partial<Conversation> = {}): Conversation {
  return {
    id,
    kind: 'direct',
    title: null,
    members: [
      { id: 'a', username: 'alice', role: 'member' },
      { id: 'b', username: 'bob', role: 'member' },
    ],
    member_count: 2,
    last_message: message(`last of ${id}`, after, bob),
    unread: 0,
    archived: false,
    muted: false,
    left_at: null,
    updated_at: minute(after),
    ...change,
  }
}
