import { onUnmounted, ref, shallowRef, watch } from 'vue'
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router'
import { api, ask } from '@/api/client'
import { Problem } from '@/api/problem'
import type { Hit } from '@/api/types'
import { useToasts } from '@/data/toasts'

/** Typing is not searching yet, in milliseconds. */
const PAUSE = 250

/** Searches the own messages; what was looked for stays in the address. */
export function useSearch() {
  const route = useRoute()
  const router = useRouter()
  const toasts = useToasts()
  const query = ref(String(route.query.q ?? ''))
  const hits = shallowRef<Hit[]>()
  const next = ref<string | null>(null)
  const problem = shallowRef<Problem>()
  const busy = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function load(): Promise<void> {
    const number = ++asked
    const q = query.value.trim()
    problem.value = undefined
    if (!q) return void (hits.value = undefined)
    busy.value = true
    try {
      const page = await ask(api.GET('/api/v1/search', { params: { query: { q } } }))
      if (number === asked) [hits.value, next.value] = [page.items as Hit[], page.next ?? null]
    } catch (cause) {
      if (number === asked) problem.value = Problem.from(cause)
    } finally {
      if (number === asked) busy.value = false
    }
  }

  async function more(): Promise<void> {
    const cursor = next.value
    if (!cursor) return
    next.value = null
    try {
      const question = { q: query.value.trim(), cursor }
      const page = await ask(api.GET('/api/v1/search', { params: { query: question } }))
      hits.value = [...(hits.value ?? []), ...(page.items as Hit[])]
      next.value = page.next ?? null
    } catch (cause) {
      next.value = cursor
      toasts.fail(cause)
    }
  }

  watch(query, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      void load()
      void router.replace({ query: query.value ? { q: query.value } : {} })
    }, PAUSE)
  })
  if (query.value) void load()
  // Whoever has followed a hit must not be called back while its page is on the way.
  onBeforeRouteLeave(() => clearTimeout(timer))
  onUnmounted(() => clearTimeout(timer))

  return { query, hits, problem, busy, load, more }
}
