import { createEventSource, type EventSourceClient } from 'eventsource-client'
import { guarded } from '@/api/client'
import type { PushEvent, Pushed } from '@/api/events'
import { backoff } from './backoff'
import type { Status } from './status'

/** The service says something every 15 s; after this time without a word the connection is dead, whatever the system thinks. */
const SILENCE = 40_000
const AWAY = 5_000

export interface StreamOptions {
  /** Where to go on from. */
  place: string | undefined
  onPush(pushed: Pushed): void
  onStatus(status: Status): void
}

/** One connection to the push stream, made again for as long as it is wanted. */
export class Stream {
  private source: EventSourceClient | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private attempt = 0
  private refusal: { status: number; wait: number } | undefined
  private place: string | undefined

  constructor(private readonly options: StreamOptions) {
    this.place = options.place
  }

  /** Connects now, unless it is connected. */
  open(): void {
    if (this.source?.readyState === 'open') return
    this.shut()
    if (!navigator.onLine) return this.options.onStatus({ name: 'offline' })
    this.options.onStatus({ name: 'connecting' })
    const source = createEventSource({
      url: '/api/v1/events',
      fetch: (url, init) => this.ask(url, init),
      ...(this.place && { initialLastEventId: this.place }),
      onMessage: ({ id, data }) => this.hear(id, data),
      onComment: () => this.listen(),
      onDisconnect: () => this.lost(source),
      onScheduleReconnect: () => this.lost(source),
    })
    this.source = source
    this.listen()
  }

  /** Ends it for good, or until it is opened again. */
  shut(): void {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = undefined
  }

  /** The network has gone: nothing is to be expected. */
  offline(): void {
    this.shut()
    this.options.onStatus({ name: 'offline' })
  }

  private async ask(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const response = await guarded(new Request(url, init))
    if (response.status === 200) return response
    this.refusal = { status: response.status, wait: Number(response.headers.get('Retry-After') ?? 0) * 1000 }
    // The library would take some refusals for final.
    throw new Error(`refused: ${response.status}`)
  }

  private hear(id: string | undefined, data: string): void {
    this.listen()
    const event = JSON.parse(data) as PushEvent
    if (id) this.place = id
    if (event.type === 'hello') {
      this.attempt = 0
      this.options.onStatus({ name: 'live' })
    }
    this.options.onPush({ place: this.place, event })
  }

  private listen(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.lost(this.source), SILENCE)
  }

  private lost(source: EventSourceClient | undefined): void {
    if (source !== this.source) return
    this.shut()
    const refusal = this.refusal
    this.refusal = undefined
    if (refusal?.status === 401) return this.options.onStatus({ name: 'over' })
    if (!navigator.onLine) return this.options.onStatus({ name: 'offline' })
    const wait = Math.max(refusal?.wait ?? 0, backoff(this.attempt++))
    const until = Date.now() + wait
    this.options.onStatus(
      refusal?.status === 503 ? { name: 'maintenance', until } : { name: 'waiting', until },
    )
    this.timer = setTimeout(() => this.open(), refusal?.status === 503 ? Math.max(wait, AWAY) : wait)
  }
}
