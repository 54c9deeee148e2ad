import { serviceTime } from '@/api/clock'
import type { Entry } from '@/api/types'

interface Wish {
  deletedAt: string | null
  /** When it was made, by the service's clock. */
  since: number
  /** When the service has answered. */
  answered?: number
}

/** So far off the guess of the service's clock may be, in milliseconds. */
const BLUR = 1_000
/** After its answer to a command the service tells of it within this time, in milliseconds. */
const SETTLING = 10_000

/**
 * What of the own boxes is to be deleted, or there again, from the moment it was asked for. News and pages that are older than
 * the wish would show the contrary for a moment: a row would vanish under the hand that has just brought it back.
 */
export class Wishes {
  private readonly wishes = new Map<string, Wish>()

  make(id: string, deletedAt: string | null): void {
    this.wishes.set(id, { deletedAt, since: serviceTime() })
  }

  /** The service has carried it out; news of what was before may still be on their way. */
  answered(id: string, deletedAt: string | null): void {
    const wish = this.wishes.get(id)
    if (wish?.deletedAt === deletedAt) wish.answered = serviceTime()
  }

  /** The service has refused it. */
  drop(id: string): void {
    this.wishes.delete(id)
  }

  /** What is told of a message, as it is wished. */
  over<T extends Entry>(told: T): T {
    const { id } = told.message
    const wish = this.wishes.get(id)
    if (!wish) return told
    if (this.isMet(wish, told)) {
      this.wishes.delete(id)
      return told
    }
    return { ...told, deleted_at: wish.deletedAt && (told.deleted_at ?? wish.deletedAt) }
  }

  clear(): void {
    this.wishes.clear()
  }

  /** Whether what is told is newer than the wish. That nothing is deleted does not say since when. */
  private isMet({ deletedAt, since, answered }: Wish, told: Entry): boolean {
    if (answered && serviceTime() > answered + SETTLING) return true
    if (!told.deleted_at) return false
    return Date.parse(told.deleted_at) > (deletedAt ? since - BLUR : (answered ?? Infinity) + BLUR)
  }
}
