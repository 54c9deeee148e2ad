import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { onSessionOver } from '@/api/access'
import { exclusively } from '@/api/exclusively'
import type { Pushed } from '@/api/events'
import { useOutbox } from '@/data/outbox'
import { useSession } from '@/data/session'
import { reloadAll, take } from './take'
import { listen, tell, type Word } from './channel'
import type { Status } from './status'
import { Stream } from './stream'

/**
 * What happens on the service, as it happens. Of all tabs of a browser one holds the connection and shares what it hears; when
 * it is closed, another goes on from the last place that was heard of.
 */
export const useLive = defineStore('live', () => {
  const status = shallowRef<Status>({ name: 'connecting' })
  const isReader = ref(false)
  const session = useSession()
  const outbox = useOutbox()
  let place: string | undefined
  let begun: Promise<unknown> = Promise.resolve()
  let stream: Stream | undefined
  let stop: (() => void) | undefined

  /** Begins to listen, when the account's first page was read at this place. */
  function start(from: Promise<string | null>): void {
    end()
    begun = from
    const done = new AbortController()
    const quiet = [listen(hear), onSessionOver(over), watchNetwork()]
    stop = () => {
      done.abort()
      for (const off of quiet) off()
    }
    tell({ kind: 'joined' })
    void exclusively('stream', () => read(from, done.signal), done.signal).catch(() => undefined)
  }

  /** Resolves when it is known where the stream begins: what is read from then on has no gap before it. */
  const isPlaced = (): Promise<unknown> => begun

  function end(): void {
    stop?.()
    stop = undefined
    place = undefined
  }

  /** Holds the connection until the tab goes or the account is left. */
  async function read(from: Promise<string | null>, done: AbortSignal): Promise<void> {
    // Behind the stream: what other tabs heard before us. Behind the page: what it showed.
    const first = await from
    if (done.aborted) return
    isReader.value = true
    stream = new Stream({ place: place ?? first ?? undefined, onPush: pushed, onStatus: changed })
    stream.open()
    await new Promise((resolve) => done.addEventListener('abort', resolve))
    stream.shut()
    stream = undefined
    isReader.value = false
  }

  function pushed(news: Pushed): void {
    tell({ kind: 'pushed', pushed: news })
    accept(news, true)
  }

  function accept({ place: heard, event }: Pushed, isFirst: boolean): void {
    place = heard ?? place
    if (event.type === 'session.ended') return over()
    take(event, isFirst)
  }

  function changed(next: Status): void {
    show(next)
    tell({ kind: 'status', status: next })
  }

  function show(next: Status): void {
    const wasLive = status.value.name === 'live'
    status.value = next
    if (next.name === 'over') session.isOver = true
    if (next.name === 'live' && !wasLive) void outbox.flush()
  }

  function hear(word: Word): void {
    if (word.kind === 'pushed') accept(word.pushed, false)
    else if (word.kind === 'status') show(word.status)
    else if (word.kind === 'joined' && isReader.value) tell({ kind: 'status', status: status.value })
    else if (word.kind === 'hurry') stream?.open()
    else if (word.kind === 'outbox') void outbox.load()
  }

  function over(): void {
    stream?.shut()
    changed({ name: 'over' })
  }

  /** Connects now rather than later. */
  function hurry(): void {
    tell({ kind: 'hurry' })
    stream?.open()
    void outbox.flush()
  }

  function watchNetwork(): () => void {
    const onShown = () => document.visibilityState === 'visible' && hurry()
    const onOffline = () => {
      show({ name: 'offline' })
      stream?.offline()
    }
    addEventListener('online', hurry)
    addEventListener('offline', onOffline)
    document.addEventListener('visibilitychange', onShown)
    return () => {
      removeEventListener('online', hurry)
      removeEventListener('offline', onOffline)
      document.removeEventListener('visibilitychange', onShown)
    }
  }

  /** The session was renewed: goes on where it had ended. */
  function resume(): void {
    show({ name: 'connecting' })
    hurry()
    void reloadAll().catch(() => undefined)
  }

  return { status, isReader, isPlaced, start, end, hurry, resume }
})
