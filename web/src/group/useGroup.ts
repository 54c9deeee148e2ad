import { computed, onMounted, onUnmounted, ref, shallowRef, watch } from 'vue'
import { useRouter } from 'vue-router'
import { api, ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Conversation, Member } from '@/api/types'
import { useConversations } from '@/data/conversations'
import { useSession } from '@/data/session'
import { useToasts } from '@/data/toasts'
import { words } from '@/words'

/** News of a busy group come often: its people are asked for once they pause, in milliseconds. */
const PAUSE = 400

/** A group's members and what may be done with them. */
export function useGroup(id: string) {
  const [conversations, session, toasts, router] = [
    useConversations(),
    useSession(),
    useToasts(),
    useRouter(),
  ]
  const problem = shallowRef<Problem>()
  const busy = ref(false)

  const conversation = computed(() => conversations.conversations.get(id))
  const everybody = shallowRef<Member[]>()
  const members = computed(() => {
    const { value } = conversation
    return (value && isWhole(value) ? value.members : (everybody.value ?? value?.members)) ?? []
  })
  const own = computed(() => members.value.find(({ username }) => username === session.username))
  /** Groups without a title are of exactly these people, for ever. */
  const isNamed = computed(() => conversation.value?.kind === 'group' && !!conversation.value.title)
  const isOwner = computed(() => isNamed.value && own.value?.role === 'owner')

  async function load(): Promise<void> {
    problem.value = undefined
    try {
      const found = await conversations.fetchOne(id)
      if (isWhole(found)) everybody.value = found.members
    } catch (cause) {
      problem.value = Problem.from(cause)
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(conversation, (now) => {
    clearTimeout(timer)
    if (now && !isWhole(now)) timer = setTimeout(() => void load(), PAUSE)
  })
  onUnmounted(() => clearTimeout(timer))

  /** Carries something out, then shows how the group is now. */
  async function act(call: () => Promise<unknown>, done?: string): Promise<boolean> {
    busy.value = true
    try {
      await call()
      await load()
      if (done) toasts.say(done)
      return true
    } catch (cause) {
      const refused = Problem.from(cause)
      if (refused.status === 403) toasts.fail(new Problem(403, words.t('group.ownersOnly')))
      else toasts.fail(refused)
      return false
    } finally {
      busy.value = false
    }
  }

  const rename = (title: string) =>
    ask(api.PATCH('/api/v1/conversations/{id}', { params: { path: { id } }, body: { title } })).then(load)

  const member = (username: string) => ({ params: { path: { id, username } } })
  const url = '/api/v1/conversations/{id}/members/{username}'

  const add = (names: string[]) =>
    act(
      async () => {
        for (const name of names) await ask(api.PUT(url, { ...member(name), body: { role: 'member' } }))
      },
      words.t('group.added', { names: names.join(', ') }),
    )

  const promote = ({ username }: Member, role: 'owner' | 'member') =>
    act(() => ask(api.PUT(url, { ...member(username), body: { role } })))

  const remove = ({ username }: Member) =>
    act(() => ask(api.DELETE(url, member(username))), words.t('group.removed', { name: username }))

  async function leave(): Promise<void> {
    try {
      await ask(api.DELETE(url, member(session.username)))
      conversations.patch(id, { left_at: new Date().toISOString() })
      await router.push({ name: 'chats' })
    } catch (cause) {
      toasts.fail(cause)
    }
  }

  onMounted(load)
  return {
    conversation,
    members,
    own,
    isNamed,
    isOwner,
    problem,
    busy,
    load,
    rename,
    add,
    promote,
    remove,
    leave,
  }
}

/** Of a large group, lists and news bring the first people only. */
function isWhole({ members, member_count }: Conversation): boolean {
  return members.length === member_count
}
