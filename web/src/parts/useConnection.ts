import { onUnmounted, ref, watch } from 'vue'
import { useOutbox } from '@/data/outbox'
import { useLive } from '@/live/live'

/** A short break is nobody's business, in milliseconds. */
const PATIENCE = 2_000

/** How the connection is, once it is worth a word. */
export function useConnection() {
  const live = useLive()
  const outbox = useOutbox()
  const shown = ref<'offline' | 'waiting' | 'maintenance'>()
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    () => (live.status.name === 'live' && outbox.isAway ? 'maintenance' : live.status.name),
    (name) => {
      if (name === 'live' || name === 'over') {
        clearTimeout(timer)
        timer = undefined
        shown.value = undefined
      } else if (name === 'offline' || name === 'maintenance') {
        shown.value = name
      } else if (shown.value === 'offline') {
        shown.value = 'waiting'
      } else {
        timer ??= setTimeout(() => (shown.value ??= 'waiting'), PATIENCE)
      }
    },
    { immediate: true },
  )
  onUnmounted(() => clearTimeout(timer))
  return shown
}
