import { onMounted, onUnmounted, ref } from 'vue'

/** Whether somebody looks at this tab. */
export function useFocus() {
  const hasFocus = ref(isLookedAt())
  const look = () => (hasFocus.value = isLookedAt())
  const kinds = ['focus', 'blur', 'visibilitychange'] as const
  onMounted(() => {
    for (const kind of kinds) addEventListener(kind, look, true)
  })
  onUnmounted(() => {
    for (const kind of kinds) removeEventListener(kind, look, true)
  })
  return hasFocus
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}
