import type { Ref } from 'vue'
import { useMessages } from '@/data/messages'
import type { ThreadActions } from '@/thread/actions'
import { useListKeys } from './useListKeys'

/** The keys of a thread: j and k move from message to message, the others act on the one that has the focus. */
export function useThreadKeys(root: Ref<HTMLElement | undefined>, actions: ThreadActions): void {
  const messages = useMessages()
  const bubbles = () => [...(root.value?.querySelectorAll<HTMLElement>('[data-message]') ?? [])]

  function move(by: number): void {
    const all = bubbles()
    const at = all.findIndex(({ dataset }) => dataset.message === current())
    const next = at < 0 ? all.at(-1) : all[at + by]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
  }

  function reply(): void {
    const id = current() ?? bubbles().at(-1)?.dataset.message
    if (id && messages.entries.has(id)) actions.reply(id)
  }

  function remove(): void {
    const id = current()
    if (id && messages.entries.has(id)) actions.remove(id)
  }

  useListKeys({
    j: () => move(1),
    k: () => move(-1),
    r: reply,
    Delete: remove,
    '#': remove,
  })
}

/** The message that has the focus. */
function current(): string | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-message]')?.dataset.message
}
