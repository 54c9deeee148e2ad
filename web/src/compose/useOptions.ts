import { ref } from 'vue'

/** The keys of a field with a list of suggestions (the combobox pattern of the ARIA practices). */
export function useOptions(count: () => number, choose: (index: number) => void) {
  const open = ref(false)
  const at = ref(0)

  function show(): void {
    open.value = true
    at.value = 0
  }

  function hide(): void {
    open.value = false
  }

  function step(by: number): void {
    if (!open.value) return show()
    at.value = (at.value + by + count()) % (count() || 1)
  }

  function onKeydown(event: KeyboardEvent): void {
    if (event.isComposing) return
    if (event.key === 'ArrowDown') step(1)
    else if (event.key === 'ArrowUp') step(-1)
    else if (event.key === 'Enter' && open.value) choose(at.value)
    else if (event.key === 'Escape' && open.value) hide()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return { open, at, onKeydown, show, hide }
}
