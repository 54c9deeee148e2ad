import { defineStore } from 'pinia'
import { computed, markRaw, ref, toRaw } from 'vue'
import { api, ask, askWhole } from '@/api/client'
import type { Conversation, Page } from '@/api/types'
import { Feed } from './feed'
import { Keeper } from './keeper'

const PAGE = 100

/** The own conversations, those with the newest messages first, and those put away. */
export const useConversations = defineStore('conversations', () => {
  const keeper = new Keeper<Conversation>()
  const conversations = keeper.items
  /** Unread messages of the whole mailbox. */
  const unread = ref(0)

  const current = feed(false)
  const archived = feed(true)

  function feed(isArchived: boolean) {
    const made = new Feed<Conversation>({
      fetch: (cursor) => fetchPage(isArchived, cursor),
      keep: (page, since) =>
        page
          .map((conversation) => keeper.page(conversation.id, conversation, since))
          .filter((conversation) => conversation.archived === isArchived && isShown(conversation))
          .map(({ id }) => id),
      key: (id) => place(toRaw(conversations).get(id)),
      clock: () => keeper.clock(),
    })
    // A store would unwrap its refs.
    return markRaw(made)
  }

  /** Takes the latest state of a conversation. */
  function apply(conversation: Conversation): void {
    keeper.tell(conversation.id, conversation)
    const [home, other] = conversation.archived ? [archived, current] : [current, archived]
    other.drop(conversation.id)
    if (isShown(conversation)) home.put(conversation.id)
    else home.drop(conversation.id)
  }

  function patch(id: string, change: Partial<Conversation>): void {
    const known = conversations.get(id)
    if (known) apply({ ...known, ...change })
  }

  /** One that no list has brought yet; with all of its members. */
  async function fetchOne(id: string): Promise<Conversation> {
    const since = keeper.clock()
    const found = await ask(api.GET('/api/v1/conversations/{id}', { params: { path: { id } } }))
    return keeper.page(id, found, since)
  }

  function remember(known: Conversation[]): void {
    for (const conversation of known) keeper.remember(conversation.id, conversation)
    current.remember(known.map(({ id }) => id))
  }

  /** The direct conversation with somebody, if it is known. */
  function withPerson(username: string): Conversation | undefined {
    const name = username.toLowerCase()
    return [...conversations.values()].find(
      ({ kind, members }) =>
        kind === 'direct' &&
        members.some((member) => member.username.toLowerCase() === name) &&
        members.length === 2,
    )
  }

  const list = computed(() => current.ids.value.map((id) => conversations.get(id)!).filter(Boolean))

  async function reload(): Promise<string | null> {
    if (archived.fresh.value) await archived.reload()
    return current.reload()
  }

  function clear(): void {
    keeper.clear()
    unread.value = 0
    for (const feed of [current, archived]) feed.clear()
  }

  return {
    conversations,
    current,
    archived,
    list,
    unread,
    apply,
    patch,
    fetchOne,
    remember,
    withPerson,
    reload,
    clear,
  }
})

function place(conversation: Conversation | undefined): string {
  return conversation?.last_message?.sent_at ?? conversation?.updated_at ?? ''
}

/** A conversation all of whose messages were deleted comes back with the next one; a named group is there from its start. */
function isShown(conversation: Conversation): boolean {
  return !conversation.left_at && (conversation.kind === 'group' || !!conversation.last_message)
}

async function fetchPage(archived: boolean, cursor?: string): Promise<Page<Conversation>> {
  const call = api.GET('/api/v1/conversations', { params: { query: { archived, limit: PAGE, cursor } } })
  const { data, token } = await askWhole(call)
  return { items: data.items, next: data.next ?? null, token }
}
