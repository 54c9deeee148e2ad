import { ref, shallowRef } from 'vue'
import type { Page } from '@/api/types'
import { Problem } from '@/api/problem'

export interface FeedOptions<T> {
  /** Asks for a page, the newest without a cursor. */
  fetch(cursor?: string): Promise<Page<T>>
  /** Keeps a page's items where they are looked up, unless news of them has come since; says which belong here. */
  keep(page: T[], since: number): string[]
  /** Where an item stands: a greater key is newer. */
  key(id: string): string
  /** The count of news so far. */
  clock(): number
}

/**
 * A list of ids, newest first: pages from the service and what the stream brings, merged by id. It is never longer than what is
 * known without a gap: what belongs further back than the last page comes with its own page.
 */
export class Feed<T> {
  readonly ids = shallowRef<readonly string[]>([])
  /** The cursor of the next page; `null` at the end, `undefined` before the first one. */
  readonly next = ref<string | null>()
  readonly loading = ref(false)
  readonly problem = shallowRef<Problem>()
  /** Whether the service has answered; until then the ids are remembered ones. */
  readonly fresh = ref(false)

  /** The key of the last item that a page has brought, or that was remembered: behind it nothing is known. */
  private floor = ''
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
      // News that came while the page was on its way stay in front.
      const news = this.ids.value.filter((id) => !ids.includes(id) && this.isNews(id, ids[0], since))
      this.ids.value = this.sorted([...news, ...ids])
      this.floor = this.floorOf(ids)
      this.next.value = page.next
      this.fresh.value = true
      return page.token
    })
  }

  /** The same, and not with the answer to a question that was asked before. */
  async reload(): Promise<string | null> {
    await this.running?.catch(() => undefined)
    return this.load()
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
    const place = this.placeOf(key, ids)
    const isBeyond = key < this.floor && (!this.fresh.value || !!this.next.value)
    if (!isBeyond || at >= 0) ids.splice(place, 0, id)
    this.ids.value = ids
  }

  drop(id: string): void {
    if (this.ids.value.includes(id)) this.ids.value = this.ids.value.filter((other) => other !== id)
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

  private isNews(id: string, newest: string | undefined, since: number): boolean {
    return this.options.clock() > since && (!newest || this.options.key(id) > this.options.key(newest))
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
