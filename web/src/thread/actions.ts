import { type InjectionKey, ref, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import type { Entry, Sent } from '@/api/types'
import { deleteMessages } from '@/data/deleting'
import { useMessages } from '@/data/messages'
import { useToasts } from '@/data/toasts'
import { words } from '@/words'

/** What can be done with a message of a thread, and what is being done. */
export interface ThreadActions {
  /** The message that is answered. */
  replying: Ref<string | undefined>
  /** The own message that is edited. */
  editing: Ref<string | undefined>
  /** The message whose way is shown. */
  tracing: Ref<string | undefined>
  /** The own message about to be taken back. */
  unsending: Ref<string | undefined>
  reply(id: string): void
  edit(id: string): void
  remove(id: string): void
  copy(text: string): Promise<void>
  change(id: string, body: string): Promise<void>
  unsend(id: string): Promise<void>
}

export const THREAD_ACTIONS: InjectionKey<ThreadActions> = Symbol('thread actions')

export function useThreadActions(focusComposer: () => void): ThreadActions {
  const messages = useMessages()
  const toasts = useToasts()
  const [replying, editing, tracing, unsending] = [ref<string>(), ref<string>(), ref<string>(), ref<string>()]

  function reply(id: string): void {
    editing.value = undefined
    replying.value = id
    focusComposer()
  }

  function edit(id: string): void {
    replying.value = undefined
    editing.value = id
    focusComposer()
  }

  function remove(id: string): void {
    void deleteMessages([id])
    focusComposer()
  }

  async function copy(text: string): Promise<void> {
    // Pages that are not served from a secure address have no clipboard.
    await navigator.clipboard?.writeText(text).then(() => toasts.say(words.t('toast.copied')), toasts.fail)
  }

  /** Changes the text. Shown at once, and as it was again if the service refuses. */
  async function change(id: string, body: string): Promise<void> {
    const before = messages.entries.get(id)
    if (!before || before.message.body === body) return
    messages.apply(withMessage(before, { body, edited_at: new Date().toISOString() }))
    try {
      await ask(api.PATCH('/api/v1/messages/{id}', { params: { path: { id } }, body: { body } }))
    } catch (cause) {
      messages.apply(before)
      throw cause
    }
  }

  async function unsend(id: string): Promise<void> {
    await ask(api.DELETE('/api/v1/messages/{id}', { params: { path: { id } } }))
    const erased = { body: null, subject: null, attachments: [], unsent_at: new Date().toISOString() }
    messages.patch<Sent>(id, (entry) => withMessage(entry, erased) as Sent)
  }

  return { replying, editing, tracing, unsending, reply, edit, remove, copy, change, unsend }
}

function withMessage(entry: Entry, change: Partial<Entry['message']>): Entry {
  return { ...entry, message: { ...entry.message, ...change } }
}
