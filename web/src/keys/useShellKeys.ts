import { onMounted, onUnmounted, ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useConversations } from '@/data/conversations'
import { useSession } from '@/data/session'
import { useSettings } from '@/data/settings'
import { useToasts } from '@/data/toasts'
import { isWriting } from './useRoving'
import { listKeys } from './listKeys'

export type Overlay = 'switch' | 'help'

/** Two keys after each other count as a pair within this time, in milliseconds. */
const PAIR = 1_200

/** The keys that work everywhere. They are off while somebody writes, and wherever a dialog is open. */
export function useShellKeys() {
  const [router, route, conversations, toasts, settings, session] = [
    useRouter(),
    useRoute(),
    useConversations(),
    useToasts(),
    useSettings(),
    useSession(),
  ]
  const open = ref<Overlay>()
  let before: HTMLElement | null = null
  let first: { key: string; at: number } | undefined

  const go = (name: string) => void router.push({ name })

  const single: Record<string, () => void> = {
    c: () => go('compose'),
    '/': () => go('search'),
    '?': () => show('help'),
    z: () => toasts.undo(),
    n: nextUnread,
    Escape: back,
  }
  const pairs: Record<string, () => void> = {
    gi: () => go('inbox'),
    gs: () => go('sent'),
    gc: () => go('chats'),
    gp: () => go('people'),
    ga: () => void (session.isAdmin && go('administration')),
  }

  function show(overlay: Overlay): void {
    if (!open.value) before = document.activeElement as HTMLElement | null
    open.value = overlay
  }

  function closeOverlay(): void {
    open.value = undefined
    before?.focus()
  }

  function nextUnread(): void {
    const unread = conversations.list.filter((item) => item.unread)
    const at = unread.findIndex(({ id }) => id === route.params.id)
    const next = unread[at + 1] ?? unread[0]
    if (next) void router.push({ name: 'thread', params: { id: next.id } })
  }

  /** To where the present screen was opened from. */
  function back(): void {
    if (route.name === 'info') void router.push({ name: 'thread', params: { id: route.params.id } })
    else if (route.name !== 'chats') go('chats')
  }

  function onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      return show('switch')
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return
    const run = runOf(event)
    if (!run) return
    event.preventDefault()
    run()
  }

  /** Escape leaves a field; every other key is the field's own. */
  function isBusy(event: KeyboardEvent): boolean {
    if (open.value) {
      // It may still be on its way.
      if (event.key === 'Escape') closeOverlay()
      return true
    }
    if (document.querySelector('[role=dialog], [role=alertdialog], [role=menu]')) return true
    if (!settings.keys && event.key !== 'Escape') return true
    if (!isWriting(event.target)) return false
    if (event.key === 'Escape') (event.target as HTMLElement).blur()
    return true
  }

  /** By when the keys were pressed: a busy page hears of it later. */
  function runOf({ key, timeStamp: at }: KeyboardEvent): (() => void) | undefined {
    const pair = first && at - first.at < PAIR ? pairs[first.key + key] : undefined
    first = key === 'g' ? { key, at } : undefined
    return pair ?? single[key] ?? listKeys()[key]
  }

  onMounted(() => addEventListener('keydown', onKeydown))
  onUnmounted(() => removeEventListener('keydown', onKeydown))
  return { open, closeOverlay }
}
