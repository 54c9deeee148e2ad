import { watch } from 'vue'
import { keepAccess } from '@/api/access'
import { api } from '@/api/client'
import { useConversations } from '@/data/conversations'
import { useDrafts } from '@/data/drafts'
import { useMessages } from '@/data/messages'
import { useOutbox } from '@/data/outbox'
import { useSession } from '@/data/session'
import { keepWarm, warmUp } from '@/data/warmth'
import { listen } from './channel'
import { useLive } from './live'

const MINUTE = 60_000

/** Follows the log-in: everything of an account begins with it, and ends with it in every tab. */
export function followSession(onLeft: () => void): void {
  const session = useSession()
  let stop: (() => void) | undefined
  watch(
    () => session.account?.id,
    (id, before) => {
      stop?.()
      stop = undefined
      if (before) clearAll()
      if (before && !id) onLeft()
      if (id) stop = begin()
    },
    { immediate: true },
  )
  watch(
    () => session.isOver,
    (isOver) => {
      if (!isOver && session.isIn) useLive().resume()
    },
  )
  listen((word) => {
    if (word.kind === 'left' && session.isIn) session.leave()
    if (word.kind !== 'entered') return
    if (word.account === session.account?.id) session.isOver = false
    // Another account has the cookies now: what is shown here, if only the log-in, is out of date.
    else location.reload()
  })
}

function begin(): () => void {
  const [conversations, messages, live, outbox] = [useConversations(), useMessages(), useLive(), useOutbox()]
  const ready = Promise.all([warmUp(), useDrafts().load(), outbox.load()]).catch(() => undefined)
  const place = ready.then(() => conversations.current.load()).catch(() => null)
  // Behind the place where the stream begins: what came between the two would be on neither.
  void place.then(() => messages.inbox.load()).catch(() => undefined)
  void place.then(tellDelivered)
  live.start(place)
  const stopKeeping = keepWarm()
  // What could not be read while the service was away is read when it is back.
  const stopWatching = watch(
    () => live.status.name,
    (name) => {
      if (name !== 'live') return
      for (const list of [conversations.current, messages.inbox]) {
        if (!list.fresh.value) void list.load().catch(() => undefined)
      }
    },
  )
  void ready.then(() => outbox.flush())
  // Pictures are asked for by the browser itself, and the stream lives as long as the session.
  const refreshing = setInterval(() => void keepAccess().catch(() => undefined), MINUTE)
  return () => {
    clearInterval(refreshing)
    stopKeeping()
    stopWatching()
    live.end()
  }
}

/** What came while nobody was connected has arrived with the first page: the stream, which begins behind it, does not say so. */
function tellDelivered(place: string | null): void {
  if (place) api.POST('/api/v1/inbox/delivered', { body: { up_to: place } }).catch(() => undefined)
}

function clearAll(): void {
  useConversations().clear()
  useMessages().clear()
  useOutbox().clear()
  useDrafts().clear()
}
