import { computed, ref, shallowRef } from 'vue'
import type { Page } from '@/api/types'
import { Problem } from '@/api/problem'

export interface FeedOptions<T> {
  /** Asks for a page, the newest without a cursor. */
  fetch(cursor?: string): Promise<Page<T>>
  /** Asks for a page from the middle: what is before and behind an item. */
  fetchAround?(id: string): Promise<Page<T>>
  /** Keeps a page's items where they are looked up, unless news of them has come since; says which belong here. */
  keep(page: T[], since: number): string[]
  /** Where an item stands: a greater key is newer. */
  key(id: string): string
  /** The count of news so far. */
  clock(): number
}

/**
 * A list of ids, newest first: pages from the service and what the stream brings, merged by id. It is never longer than what is
 * known without a gap: what belongs further back than the last page comes with its own page, and while the list shows a part
 * from the middle, what is new waits ahead of it.
 */
export class Feed<T> {
  readonly ids = shallowRef<readonly string[]>([])
  /** The cursor of the next page; `null` at the end, `undefined` before the first one. */
  readonly next = ref<string | null>()
  /** The cursor of the page before, when the list does not reach to the newest item. */
  readonly previous = ref<string | null>(null)
  readonly isDetached = computed(() => !!this.previous.value)
  /** What has come since, oldest first, while the list does not reach to it. */
  readonly ahead = shallowRef<readonly string[]>([])
  /** Counts each time that the list shows another part than before. */
  readonly part = ref(0)
  readonly loading = ref(false)
  readonly problem = shallowRef<Problem>()
  /** Whether the service has answered; until then the ids are remembered ones. */
  readonly fresh = ref(false)

  /** The key of the last item that a page has brought, or that was remembered: behind it nothing is known. */
  private floor = ''
  /** The key of the first item that a page has brought: beyond it nothing is known while the list is detached. */
  private ceiling = ''
  private running: Promise<string | null> | undefined

  constructor(private readonly options: FeedOptions<T>) {}

  /** What was shown last time. */
  remember(ids: readonly string[]): void {
    if (this.fresh.value || this.ids.value.length) return
    this.ids.value = ids
    this.floor = this.floorOf(ids)
  }

  /** Asks for the newest page; resolves to the place in the log that it shows. */
  load(): Promise<string | null> {
    return this.once(async () => {
      const since = this.options.clock()
      const page = await this.options.fetch()
      const ids = this.options.keep(page.items, since)
      if (this.isDetached.value) this.part.value++
      this.show(this.withNews(ids, since), { ...page, previous: null })
      this.floor = this.floorOf(ids)
      return page.token
    })
  }

  /** The same, and not with the answer to a question that was asked before. Who looks at the middle stays there. */
  async reload(): Promise<string | null> {
    const { value } = this.ids
    const middle = this.isDetached.value ? value[value.length >> 1] : undefined
    return middle ? this.around(middle).catch(() => this.newest()) : this.newest()
  }

  /** Comes back to the newest item, from wherever the list is. */
  async newest(): Promise<string | null> {
    await this.settled()
    return this.load()
  }

  /** Shows what is before and behind an item, however far back it is. */
  async around(id: string): Promise<string | null> {
    await this.settled()
    return this.once(async () => {
      const since = this.options.clock()
      const page = await this.options.fetchAround!(id)
      const ids = this.options.keep(page.items, since)
      this.part.value++
      this.ceiling = this.ceilingOf(ids)
      this.floor = this.floorOf(ids)
      this.show(page.previous ? ids : this.withNews(ids, since), page)
      return page.token
    })
  }

  /** Asks for the page before, unless the newest is there. */
  later(): Promise<string | null> {
    const { value: cursor } = this.previous
    if (!cursor) return Promise.resolve(null)
    return this.once(async () => {
      const since = this.options.clock()
      const page = await this.options.fetch(cursor)
      const known = new Set(this.ids.value)
      const ids = this.options.keep(page.items, since).filter((id) => !known.has(id))
      const all = [...ids, ...this.ids.value]
      this.ceiling = this.ceilingOf(all)
      this.show(page.previous ? all : this.withNews(all, since), { ...page, next: this.next.value ?? null })
      return page.token
    })
  }

  /** Asks for the next page, unless there is none. */
  more(): Promise<string | null> {
    if (!this.next.value) return Promise.resolve(null)
    return this.once(async () => {
      const since = this.options.clock()
      const page = await this.options.fetch(this.next.value ?? undefined)
      const known = new Set(this.ids.value)
      const ids = this.options.keep(page.items, since).filter((id) => !known.has(id))
      this.ids.value = [...this.ids.value, ...ids]
      this.floor = this.floorOf(ids)
      this.next.value = page.next
      return page.token
    })
  }

  /** Puts an item where it belongs, also when it is there already. */
  put(id: string): void {
    const key = this.options.key(id)
    const current = this.ids.value
    const at = current.indexOf(id)
    const before = at > 0 ? this.options.key(current[at - 1]!) >= key : true
    const after = at >= 0 && at < current.length - 1 ? this.options.key(current[at + 1]!) <= key : true
    if (at >= 0 && before && after) return
    const ids = at < 0 ? [...current] : current.filter((other) => other !== id)
    if (at < 0 && this.isDetached.value && key > this.ceiling) return this.wait(id)
    const place = this.placeOf(key, ids)
    const isBeyond = key < this.floor && (!this.fresh.value || !!this.next.value)
    if (!isBeyond || at >= 0) ids.splice(place, 0, id)
    this.ids.value = ids
  }

  drop(id: string): void {
    for (const list of [this.ids, this.ahead]) {
      if (list.value.includes(id)) list.value = list.value.filter((other) => other !== id)
    }
  }

  clear(): void {
    this.ids.value = []
    this.ahead.value = []
    this.next.value = undefined
    this.previous.value = null
    this.fresh.value = false
  }

  private show(ids: readonly string[], { next, previous = null }: Omit<Page<T>, 'items' | 'token'>): void {
    this.ids.value = ids
    this.next.value = next
    this.previous.value = previous
    this.fresh.value = true
    this.ahead.value = previous ? this.ahead.value.filter((id) => this.options.key(id) > this.ceiling) : []
  }

  /** Keeps news until the list reaches to it. */
  private wait(id: string): void {
    if (!this.ahead.value.includes(id)) this.ahead.value = [...this.ahead.value, id]
  }

  /** A page that reaches to the newest item, and in front of it what came while it was on its way, or waited. */
  private withNews(ids: readonly string[], since: number): readonly string[] {
    const known = new Set(ids)
    const came = this.ids.value.filter((id) => this.options.clock() > since && this.isNewer(id, ids[0]))
    const waited = this.ahead.value.filter((id) => this.isNewer(id, ids[0]))
    return this.sorted([...new Set([...waited, ...came])].filter((id) => !known.has(id)).concat(ids))
  }

  private async settled(): Promise<void> {
    await this.running?.catch(() => undefined)
  }

  private once(run: () => Promise<string | null>): Promise<string | null> {
    this.running ??= this.guarded(run).finally(() => (this.running = undefined))
    return this.running
  }

  private async guarded(run: () => Promise<string | null>): Promise<string | null> {
    this.loading.value = true
    this.problem.value = undefined
    try {
      return await run()
    } catch (cause) {
      this.problem.value = Problem.from(cause)
      throw this.problem.value
    } finally {
      this.loading.value = false
    }
  }

  private floorOf(page: readonly string[]): string {
    const last = page.at(-1)
    return last ? this.options.key(last) : this.floor
  }

  private ceilingOf(page: readonly string[]): string {
    const first = page[0]
    return first ? this.options.key(first) : this.ceiling
  }

  private isNewer(id: string, newest: string | undefined): boolean {
    return !newest || this.options.key(id) > this.options.key(newest)
  }

  private sorted(ids: string[]): string[] {
    const keys = new Map(ids.map((id) => [id, this.options.key(id)]))
    return ids.toSorted((a, b) => (keys.get(b)! > keys.get(a)! ? 1 : keys.get(b)! < keys.get(a)! ? -1 : 0))
  }

  /** How many are newer. */
  private placeOf(key: string, ids: string[]): number {
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.options.key(ids[middle]!) > key) low = middle + 1
      else high = middle
    }
    return low
  }
}
