import { ref } from 'vue'

/**
 * One stop of the Tab key for a whole list; the arrow keys move within it. `show` brings a row into sight and returns what takes
 * the focus.
 */
export function useRoving(count: () => number, show: (index: number) => Promise<HTMLElement | null>) {
  const current = ref(0)

  async function focus(index: number): Promise<void> {
    if (!count()) return
    current.value = Math.max(0, Math.min(count() - 1, index))
    const row = await show(current.value)
    row?.focus({ preventScroll: true })
  }

  function move(by: number): Promise<void> {
    const isInside = !!document.activeElement?.closest('[data-index]')
    return focus(isInside ? current.value + by : current.value)
  }

  function onKeydown(event: KeyboardEvent): void {
    const target = targetOf(event.key, current.value, count())
    if (target === undefined || isWriting(event.target)) return
    event.preventDefault()
    void focus(target)
  }

  /** A click, or the Tab key, decides too. */
  function onFocusin(event: FocusEvent): void {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (row) current.value = Number(row.dataset.index)
  }

  return { current, focus, move, onKeydown, onFocusin }
}

function targetOf(key: string, current: number, count: number): number | undefined {
  if (key === 'ArrowDown') return current + 1
  if (key === 'ArrowUp') return current - 1
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}

/** Keys that a field needs for itself. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    !!target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')
  )
}
