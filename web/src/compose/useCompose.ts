import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { api, ask } from '@/api/client'
import { useConversations } from '@/data/conversations'
import { useOutbox } from '@/data/outbox'
import type { PendingFile } from '@/data/pending'
import { useToasts } from '@/data/toasts'
import { Problem } from '@/api/problem'
import { useMessages } from '@/data/messages'
import { LONGEST_BODY, lengthOf } from '@/parts/length'
import { words } from '@/words'

/** A new message: to one person, to several, or to a group that gets a name with it. */
export function useCompose(takeFiles: () => PendingFile[]) {
  const [conversations, outbox, messages, toasts, router] = [
    useConversations(),
    useOutbox(),
    useMessages(),
    useToasts(),
    useRouter(),
  ]
  const to = ref<string[]>([])
  const title = ref('')
  const subject = ref('')
  const body = ref('')
  const isGroup = computed(() => to.value.length > 1)

  async function send(hasFiles: boolean): Promise<void> {
    check(hasFiles)
    const conversation = await where()
    const recipients = conversation ? { conversation } : { to: [...to.value] }
    const text = { subject: subject.value.trim(), body: body.value.trim() }
    const { id } = await outbox.send({ ...recipients, ...text, files: takeFiles() })
    await outbox.flush()
    await follow(id, conversation)
  }

  /** What needs no service to be known. */
  function check(hasFiles: boolean): void {
    const fields: Record<string, string> = {}
    if (!to.value.length) fields['/to'] = words.t('compose.noRecipient')
    if (!body.value.trim() && !hasFiles) fields['/body'] = words.t('compose.noBody')
    const length = lengthOf(body.value)
    if (length > LONGEST_BODY) fields['/body'] = words.t('length.tooLong', { length, most: LONGEST_BODY })
    if (Object.keys(fields).length) throw new Problem(422, '', fields)
  }

  /** A group with a name is made first; a conversation that is known is written to. */
  async function where(): Promise<string | undefined> {
    const name = title.value.trim()
    if (isGroup.value && name) {
      const group = await ask(api.POST('/api/v1/conversations', { body: { title: name, members: to.value } }))
      conversations.apply(group)
      return group.id
    }
    return isGroup.value ? undefined : conversations.withPerson(to.value[0]!)?.id
  }

  /** To the conversation once it is known; what could not go yet waits in the sent box. */
  async function follow(id: string, conversation: string | undefined): Promise<void> {
    const waiting = outbox.items.find((item) => item.id === id)
    if (waiting?.refusal) {
      await outbox.discard(id)
      const { detail, fields, kind } = waiting.refusal
      throw new Problem(422, detail, fields, undefined, kind)
    }
    const known = conversation ?? messages.entries.get(id)?.message.conversation_id
    if (known) return void (await router.push({ name: 'thread', params: { id: known } }))
    toasts.say(words.t('compose.queued'))
    await router.push({ name: 'sent' })
  }

  return { to, title, subject, body, isGroup, send }
}
