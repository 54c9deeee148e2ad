import { shallowReactive } from 'vue'

/**
 * Items by id, the latest state of each. What the stream tells comes in the order of the log, so it is always taken; a page is
 * as old as its request, so it yields to news that came since.
 */
export class Keeper<T> {
  readonly items = shallowReactive(new Map<string, T>())
  private readonly told = new Map<string, number>()
  private news = 0

  /** How many news have come so far. */
  clock(): number {
    return this.news
  }

  /** Takes what the stream tells. */
  tell(id: string, item: T): void {
    this.told.set(id, ++this.news)
    this.items.set(id, item)
  }

  /** Takes an item of a page that was asked for when `since` news had come. */
  page(id: string, item: T, since: number): T {
    if ((this.told.get(id) ?? 0) > since) return this.items.get(id)!
    this.items.set(id, item)
    return item
  }

  /** Takes what was known last time, where nothing newer is known. */
  remember(id: string, item: T): void {
    if (!this.items.has(id)) this.items.set(id, item)
  }

  clear(): void {
    this.items.clear()
    this.told.clear()
  }
}
