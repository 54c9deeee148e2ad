import type { VirtualizerHandle } from 'virtua/vue'
import { nextTick, onMounted, type Ref, ref, type ShallowRef, watch } from 'vue'
import type { Row } from './rows'

/** Older messages are asked for this long before the top is reached, in pixels. */
const AHEAD = 2_000
/** How long rows may take to find their sizes, in milliseconds. */
const SETTLING = 400
/** The same, in frames: none goes by while the page hangs. */
const SEEKING = 30
/** So near the end counts as at the end. */
const NEAR = 60

export interface Scrolled {
  rows: Row[]
  /** The message to show. */
  target: string | undefined
  /** The first message that is not read. */
  unread: string | undefined
  /** The end of the list is not the newest message. */
  detached: boolean
  /** How many have come behind it. */
  ahead: number
}

interface Edges {
  onTop(): void
  onBottom(): void
}

type Of<T> = Readonly<ShallowRef<T | null>>

/** Where a thread is scrolled to: at its end unless somebody has moved, at what is unread, or at a message that was asked for. */
export function useScrolling(
  shown: Scrolled,
  scroller: Of<HTMLElement>,
  list: Of<VirtualizerHandle>,
  isAtEnd: Ref<boolean>,
  { onTop, onBottom }: Edges,
) {
  /** Rows are put in front: the place in sight stays where it is. */
  const isPrepending = ref(false)
  const news = ref(0)
  const isPlaced = ref(false)
  /** Until then rows are measured, and the end is where it is going to be, not where it is. */
  let settlingUntil = 0
  /** Shows the row that was asked for once more, when rows have found other sizes. */
  let seek: (() => void) | undefined

  watch(
    () => [shown.rows, shown.detached] as const,
    ([now, isDetached], [before, wasDetached]) => {
      const isSameEnd = now.at(-1)?.key === before.at(-1)?.key
      isPrepending.value = isSameEnd && now.length > before.length
      if (isSameEnd) return
      if (isAtEnd.value) void toEnd()
      else if (isDetached || wasDetached) requestAnimationFrame(onScroll)
      else news.value += Math.max(0, now.length - before.length)
    },
  )
  watch(
    () => shown.target,
    (key) => key && toRow(key),
  )
  // It is known a moment after what was remembered is shown. Who has moved meanwhile is left alone.
  watch(
    () => shown.unread,
    (key) => key && isAtEnd.value && toUnread(),
  )
  watch(isAtEnd, (is) => is && (news.value = 0))

  onMounted(async () => {
    if (shown.target && indexOf(shown.target) >= 0) await toRow(shown.target)
    else if (shown.unread) await toUnread()
    else await toEnd()
    requestAnimationFrame(() => {
      isPlaced.value = true
      onScroll()
    })
  })

  function onScroll(): void {
    const { value: element } = scroller
    if (!element || !list.value) return
    const below = element.scrollHeight - element.clientHeight - element.scrollTop
    if (shown.detached) return onPart(element.scrollTop, below)
    const isNear = below < NEAR
    if (isNear || Date.now() > settlingUntil) isAtEnd.value = isNear
    else list.value.scrollToIndex(shown.rows.length - 1, { align: 'end' })
    if (isPlaced.value && element.scrollTop < AHEAD) onTop()
  }

  /** In the middle of a conversation the list goes on in both directions. */
  function onPart(above: number, below: number): void {
    isAtEnd.value = false
    if (!isPlaced.value) return
    if (above < AHEAD) onTop()
    if (below < AHEAD) onBottom()
  }

  /** Rows are measured when the browser comes to it. */
  function onResize(): void {
    if (isAtEnd.value) void toEnd()
    else seek?.()
  }

  async function toEnd(): Promise<void> {
    seek = undefined
    settlingUntil = Date.now() + SETTLING
    await nextTick()
    list.value?.scrollToIndex(shown.rows.length - 1, { align: 'end' })
    isAtEnd.value = true
  }

  async function toUnread(): Promise<void> {
    leaveEnd()
    await nextTick()
    begin(() => {
      const index = shown.rows.findIndex(({ kind }) => kind === 'unread')
      if (index >= 0) list.value?.scrollToIndex(index, { align: 'start', offset: -64 })
    })
    requestAnimationFrame(onScroll)
  }

  async function toRow(key: string): Promise<void> {
    if (indexOf(key) < 0) return
    leaveEnd()
    await nextTick()
    begin(() => {
      const index = indexOf(key)
      if (index >= 0) list.value?.scrollToIndex(index, { align: 'center' })
    })
  }

  function begin(seeking: () => void): void {
    let frames = SEEKING
    const next = () => {
      if (seek !== seeking) return
      if (frames-- > 0) requestAnimationFrame(next)
      else seek = undefined
    }
    seek = seeking
    seeking()
    next()
  }

  const indexOf = (key: string): number => shown.rows.findIndex((row) => row.key === key)

  /** Whoever moves decides where to be. */
  function settle(): void {
    seek = undefined
    settlingUntil = 0
  }

  function leaveEnd(): void {
    settle()
    isAtEnd.value = false
  }

  return { isPrepending, news, isPlaced, onScroll, onResize, toEnd, settle }
}
