import { defineStore } from 'pinia'
import { markRaw, toRaw } from 'vue'
import { api, askWhole, ask } from '@/api/client'
import type { Entry, Page } from '@/api/types'
import { useConversations } from './conversations'
import { Feed, type FeedOptions } from './feed'
import { Keeper } from './keeper'
import { Wishes } from './wishes'

const PAGE = 50
/** Looking back in a conversation asks for more at once. */
export const LONG_PAGE = 200

/** Every message that this tab knows, and the lists they stand in. */
export const useMessages = defineStore('messages', () => {
  const keeper = new Keeper<Entry>()
  const entries = keeper.items
  const threads = new Map<string, Feed<Entry>>()
  const wishes = new Wishes()

  const inbox = feed({ fetch: fetchInbox }, (entry) => entry.box === 'inbox')
  const sent = feed({ fetch: fetchSent }, (entry) => entry.box === 'sent')

  function feed(
    fetch: Pick<FeedOptions<Entry>, 'fetch' | 'fetchAround'>,
    belongs: (entry: Entry) => boolean,
  ) {
    const made = new Feed<Entry>({
      ...fetch,
      keep: (page, since) =>
        page
          .map((entry) => keeper.page(entry.message.id, wishes.over(entry), since))
          .filter((entry) => belongs(entry) && !entry.deleted_at)
          .map((entry) => entry.message.id),
      key: (id) => toRaw(entries).get(id)?.message.sent_at ?? '',
      clock: () => keeper.clock(),
    })
    // A store would unwrap its refs.
    return markRaw(made)
  }

  function thread(conversation: string): Feed<Entry> {
    let found = threads.get(conversation)
    if (!found) {
      found = feed(
        {
          fetch: (cursor) => fetchThread(conversation, cursor ? { cursor, limit: LONG_PAGE } : {}),
          fetchAround: (around) => fetchThread(conversation, { around }),
        },
        (entry) => entry.message.conversation_id === conversation,
      )
      threads.set(conversation, found)
    }
    return found
  }

  /** Takes the latest state of a message, as the stream or the answer to a command tells it. */
  function apply(told: Entry): void {
    place(wishes.over(told))
  }

  function place(entry: Entry): void {
    const { id, conversation_id } = entry.message
    keeper.tell(id, entry)
    const lists = [entry.box === 'inbox' ? inbox : sent, threads.get(conversation_id)]
    for (const list of lists) {
      if (entry.deleted_at) list?.drop(id)
      else list?.put(id)
    }
  }

  /** Changes what is known of a message before the service has told it. */
  function patch<T extends Entry>(id: string, change: (entry: T) => T): void {
    const entry = entries.get(id)
    if (entry) apply(change(entry as T))
  }

  /** Shows a message as deleted, or as there again, until the service has told that it is. */
  function wish(entry: Entry, deletedAt: string | null): void {
    wishes.make(entry.message.id, deletedAt)
    place({ ...latest(entry), deleted_at: deletedAt })
  }

  /** The service has done what was wished. */
  function answered(entry: Entry, deletedAt: string | null): void {
    wishes.answered(entry.message.id, deletedAt)
  }

  /** It will not: shows the contrary again. */
  function unwish(entry: Entry): void {
    const { deleted_at } = latest(entry)
    wishes.drop(entry.message.id)
    place({ ...latest(entry), deleted_at: deleted_at ? null : new Date().toISOString() })
  }

  function latest(entry: Entry): Entry {
    return entries.get(entry.message.id) ?? entry
  }

  /** What was shown last time, until the service has answered. */
  function remember(known: Entry[]): void {
    for (const entry of known) keeper.remember(entry.message.id, entry)
  }

  /** A single message that no list has brought yet, such as one that is answered. */
  async function fetchOne(id: string) {
    return entries.get(id)?.message ?? ask(api.GET('/api/v1/messages/{id}', { params: { path: { id } } }))
  }

  /** Asks anew for every list that is in use: the stream could not say what has changed. */
  async function reload(): Promise<void> {
    const used = [inbox, sent, ...threads.values()].filter((list) => list.fresh.value)
    await Promise.all(used.map((list) => list.reload()))
  }

  function clear(): void {
    keeper.clear()
    wishes.clear()
    threads.clear()
    for (const list of [inbox, sent]) list.clear()
  }

  return {
    entries,
    inbox,
    sent,
    threads,
    thread,
    apply,
    patch,
    wish,
    answered,
    unwish,
    remember,
    fetchOne,
    reload,
    clear,
  }
})

async function fetchInbox(cursor?: string): Promise<Page<Entry>> {
  const call = api.GET('/api/v1/inbox', { params: { query: { limit: PAGE, cursor } } })
  const { data, token } = await askWhole(call)
  useConversations().unread = data.unread
  return { items: data.items.map((item) => ({ box: 'inbox', ...item })), next: data.next ?? null, token }
}

async function fetchSent(cursor?: string): Promise<Page<Entry>> {
  const call = api.GET('/api/v1/sent', { params: { query: { limit: PAGE, cursor } } })
  const { data, token } = await askWhole(call)
  return { items: data.items.map((item) => ({ box: 'sent', ...item })), next: data.next ?? null, token }
}

interface Place {
  cursor?: string
  around?: string
  limit?: number
}

async function fetchThread(id: string, place: Place): Promise<Page<Entry>> {
  const query = { limit: PAGE, ...place }
  const call = api.GET('/api/v1/conversations/{id}/messages', { params: { path: { id }, query } })
  const { data, token } = await askWhole(call)
  const { items, next = null, previous = null } = data
  return { items: items as Entry[], next, previous, token }
}
