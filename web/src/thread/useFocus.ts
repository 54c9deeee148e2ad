import { onMounted, onUnmounted, ref } from 'vue'
import { isLookedAt, onLook } from '@/live/looking'

/** Whether somebody looks at this tab. */
export function useFocus() {
  const hasFocus = ref(isLookedAt())
  let stop: (() => void) | undefined
  onMounted(() => (stop = onLook(() => (hasFocus.value = isLookedAt()))))
  onUnmounted(() => stop?.())
  return hasFocus
}
