import type { components } from '@/api/openapi'

export type Storage = components['schemas']['Storage']

/** What the database holds, the largest first; what has no name of its own is the last. */
export function partsOf(storage: Storage): { name: string; bytes: number }[] {
  const { log, keys, tree, read_models: readModels, idempotency, identity, database } = storage
  const named = { log: log.bytes, readModels, keys, tree, idempotency, identity }
  const parts = Object.entries(named).map(([name, bytes]) => ({ name, bytes }))
  const rest = parts.reduce((left, { bytes }) => left - bytes, database)
  return [...parts.toSorted((a, b) => b.bytes - a.bytes), { name: 'rest', bytes: Math.max(0, rest) }]
}
