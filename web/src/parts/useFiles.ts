import { computed, onUnmounted, reactive, shallowReactive } from 'vue'
import { Problem } from '@/api/problem'
import { LARGEST_FILE, MOST_FILES, upload } from '@/api/upload'
import type { PendingFile } from '@/data/pending'
import { words } from '@/words'
import { sentenceOf } from './sentence'

/** A file that is about to be sent: uploaded while the message is still written. */
export interface ChosenFile {
  key: number
  file: File
  /** How much has gone, 0 to 1. */
  share: number | undefined
  id: string | undefined
  error: string | undefined
}

export function useFiles() {
  const files = shallowReactive<ChosenFile[]>([])
  const stops = new Map<number, AbortController>()
  let count = 0

  const isRefused = computed(() => files.some(({ error }) => error))

  function add(chosen: Iterable<File>): void {
    for (const file of chosen) {
      const entry = reactive<ChosenFile>({
        key: ++count,
        file,
        share: undefined,
        id: undefined,
        error: refusal(file),
      })
      files.push(entry)
      if (!entry.error) void begin(entry)
    }
  }

  function refusal(file: File): string | undefined {
    if (file.size > LARGEST_FILE) return words.t('attachment.tooLarge')
    if (file.size === 0) return words.t('attachment.empty')
    return files.length >= MOST_FILES ? words.t('attachment.tooMany', { count: MOST_FILES }) : undefined
  }

  async function begin(entry: ChosenFile): Promise<void> {
    const stop = new AbortController()
    stops.set(entry.key, stop)
    try {
      entry.share = 0
      const onProgress = (share: number) => (entry.share = share)
      entry.id = (await upload(entry.file, entry.file.name, onProgress, stop.signal)).id
    } catch (cause) {
      const problem = Problem.from(cause)
      // What cannot go now goes with the message later.
      if (!problem.isPassing) entry.error = sentenceOf(problem)
    } finally {
      entry.share = undefined
      stops.delete(entry.key)
    }
  }

  function remove(key: number): void {
    stops.get(key)?.abort()
    const index = files.findIndex((file) => file.key === key)
    if (index >= 0) files.splice(index, 1)
  }

  /** Hands the files over to the message that is sent. */
  function take(): PendingFile[] {
    const taken = files.map(({ file, id }) => ({
      name: file.name,
      type: file.type,
      size: file.size,
      blob: new Blob([file], { type: file.type }),
      ...(id && { id }),
    }))
    clear()
    return taken
  }

  function clear(): void {
    for (const stop of stops.values()) stop.abort()
    files.splice(0)
  }

  onUnmounted(clear)
  return { files, isRefused, add, remove, take, clear }
}

/** The files that were pasted or dropped. */
export function filesOf(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])]
}
