import { onUnmounted, ref, watch } from 'vue'
import { onBeforeRouteLeave, useRoute, useRouter } from 'vue-router'
import { Problem } from '@/api/problem'
import { useToasts } from '@/data/toasts'
import { words } from '@/words'

/** How long a message that was looked for stays marked, in milliseconds. */
const MARKED = 2_500

/** The message that the address names, such as a hit of the search: looked for, shown, and marked for a moment. */
export function useTarget(reach: (message: string) => Promise<boolean>) {
  const [route, router, toasts] = [useRoute(), useRouter(), useToasts()]
  const target = ref<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isLeaving = false

  const named = () => (typeof route.query.at === 'string' ? route.query.at : undefined)

  async function find(): Promise<void> {
    const at = named()
    if (!at) return
    clearTimeout(timer)
    // The list that comes with it begins there.
    target.value = at
    const isThere = await reach(at).catch(refused)
    if (isThere === false) toasts.say(words.t('thread.notFound'))
    timer = setTimeout(() => (target.value = undefined), MARKED)
    // Whoever is on the way to another screen must not be called back.
    if (!isLeaving) await router.replace({ query: {} })
  }

  /** Whoever has no network is not told that it is gone. */
  function refused(cause: unknown): false | undefined {
    const problem = Problem.from(cause)
    if (problem.status === 404) return false
    return void toasts.fail(problem)
  }

  watch(named, find)
  onBeforeRouteLeave(() => void (isLeaving = true))
  onUnmounted(() => clearTimeout(timer))
  return { target, named, find }
}
