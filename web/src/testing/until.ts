import { vi } from 'vitest'

/** Until something is so: on a busy machine that may take long. */
export const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000 })
