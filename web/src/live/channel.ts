import type { Pushed } from '@/api/events'
import type { Status } from './status'

/** What the tabs of one browser tell each other. */
export type Word =
  | { kind: 'pushed'; pushed: Pushed }
  | { kind: 'status'; status: Status }
  /** A tab has come and wants to know how things are. */
  | { kind: 'joined' }
  /** The reader should connect now. */
  | { kind: 'hurry' }
  /** The outbox on disk has changed. */
  | { kind: 'outbox' }
  /** The account has been left, or entered again, in another tab. */
  | { kind: 'left' }
  | { kind: 'entered'; account: string }

const NAME = 'tidings'

let channel: BroadcastChannel | undefined

function opened(): BroadcastChannel {
  channel ??= new BroadcastChannel(NAME)
  return channel
}

/** Tells the other tabs. */
export function tell(word: Word): void {
  opened().postMessage(word)
}

/** Listens to the other tabs. */
export function listen(hear: (word: Word) => void): () => void {
  const onMessage = ({ data }: MessageEvent<Word>) => hear(data)
  opened().addEventListener('message', onMessage)
  return () => opened().removeEventListener('message', onMessage)
}
