import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Pending } from './pending'

interface Schema extends DBSchema {
  /** What was shown last, for a warm start. */
  kept: { key: string; value: unknown }
  /** What is to be sent. */
  outbox: { key: string; value: Pending }
  /** What was begun to be written, by conversation. */
  drafts: { key: string; value: { body: string; at: number } }
}

export type Disk = IDBPDatabase<Schema>

let open: { name: string; disk: Promise<Disk> } | undefined

/** The browser's own store of one account: another account never sees it. */
export function diskOf(account: string): Promise<Disk> {
  const name = `tidings-${account}`
  if (open?.name !== name) {
    closeDisk()
    open = { name, disk: openStore(name) }
  }
  return open.disk
}

export function closeDisk(): void {
  void open?.disk.then((disk) => disk.close())
  open = undefined
}

function openStore(name: string): Promise<Disk> {
  return openDB<Schema>(name, 1, {
    upgrade(disk) {
      disk.createObjectStore('kept')
      disk.createObjectStore('outbox', { keyPath: 'id' })
      disk.createObjectStore('drafts')
    },
  })
}

/** Forgets everything of an account on this device. */
export async function wipeDisk(disk: Disk): Promise<void> {
  await Promise.all([disk.clear('kept'), disk.clear('outbox'), disk.clear('drafts')])
}
