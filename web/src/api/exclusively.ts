/**
 * Runs something while no other tab runs the same. Pages that are not served from a secure address have no locks: there each
 * tab is on its own, which is slower, but never wrong.
 */
export function exclusively<T>(name: string, run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const { locks } = navigator as { locks?: LockManager | null }
  if (!locks) return run()
  const options: LockOptions = signal ? { signal } : {}
  return locks.request(`tidings-${name}`, options, run) as Promise<T>
}
