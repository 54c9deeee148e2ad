const LOCK = 'tidings-looking'

/** Whether somebody looks at this tab. */
export function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

/** Calls when that may have changed. */
export function onLook(look: () => void): () => void {
  const kinds = ['focus', 'blur', 'visibilitychange'] as const
  for (const kind of kinds) addEventListener(kind, look, true)
  return () => {
    for (const kind of kinds) removeEventListener(kind, look, true)
  }
}

/** Lets the other tabs know while this one is looked at: by a lock, since that goes with the tab, however it ends. */
export function tellLooking(): void {
  const { locks } = navigator as { locks?: LockManager }
  let leave: (() => void) | undefined
  const look = () => {
    if (!isLookedAt()) {
      leave?.()
      leave = undefined
    } else if (!leave) {
      const looking = new Promise<void>((resolve) => (leave = resolve))
      void locks?.request(LOCK, { mode: 'shared' }, () => looking)
    }
  }
  onLook(look)
  look()
}

/** Whether somebody looks at any tab of this browser. */
export async function isAnyLookedAt(): Promise<boolean> {
  if (isLookedAt()) return true
  const { held } = (await (navigator as { locks?: LockManager }).locks?.query()) ?? {}
  return !!held?.some(({ name }) => name === LOCK)
}
