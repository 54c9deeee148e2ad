import { computed, inject, nextTick, ref, watch } from 'vue'
import { useDrafts } from '@/data/drafts'
import { useMessages } from '@/data/messages'
import { useOutbox } from '@/data/outbox'
import { useToasts } from '@/data/toasts'
import { useTyping } from '@/data/typing'
import { LONGEST_BODY, lengthOf } from '@/parts/length'
import { useFiles } from '@/parts/useFiles'
import { THREAD_ACTIONS } from './actions'

/** What is being written in a conversation: a new message, an answer, or other words for an own one. */
export function useComposer(conversation: string, onSent: () => void) {
  const [drafts, messages, outbox] = [useDrafts(), useMessages(), useOutbox()]
  const [toasts, typing] = [useToasts(), useTyping()]
  const { replying, editing, change } = inject(THREAD_ACTIONS)!
  const files = useFiles()
  const edited = ref('')

  const body = computed({
    get: () => (editing.value ? edited.value : (drafts.drafts.get(conversation) ?? '')),
    set: (text) => {
      if (editing.value) edited.value = text
      else drafts.write(conversation, text)
      if (text && !editing.value) typing.say(conversation)
    },
  })
  const isTooLong = computed(() => lengthOf(body.value) > LONGEST_BODY)
  const isEmpty = computed(() => !body.value.trim() && (!files.files.length || !!editing.value))
  const isHeld = computed(() => isEmpty.value || files.isRefused.value || isTooLong.value)

  watch(editing, (id) => (edited.value = (id && messages.entries.get(id)?.message.body) || ''))

  async function submit(): Promise<void> {
    if (isHeld.value) return
    const text = body.value.trim()
    if (editing.value) return edit(editing.value, text)
    const replyTo = replying.value
    body.value = ''
    replying.value = undefined
    const draft = { conversation, subject: '', body: text, files: files.take(), ...(replyTo && { replyTo }) }
    await outbox.send(draft).then(onSent, (cause: unknown) => {
      // A full disk must not cost anybody their words.
      body.value = text
      toasts.fail(cause)
    })
  }

  async function edit(id: string, text: string): Promise<void> {
    editing.value = undefined
    await change(id, text).catch((cause: unknown) => {
      toasts.fail(cause)
      editing.value = id
      void nextTick(() => (edited.value = text))
    })
  }

  /** Leaves the answer or the change; what was written anew stays. Says whether there was one. */
  function stop(): boolean {
    const was = !!(editing.value ?? replying.value)
    editing.value = undefined
    replying.value = undefined
    return was
  }

  return { ...files, editing, body, isEmpty, isHeld, submit, stop }
}
