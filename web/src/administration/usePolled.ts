import { onMounted, onUnmounted, ref, shallowRef } from 'vue'
import { Problem } from '@/api/problem'

/** How often it is asked again, in milliseconds. */
const EVERY = 5_000

/** Something that is asked for again and again while it is looked at. What is known stays when an answer fails. */
export function usePolled<T>(ask: () => Promise<T>) {
  const found = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const askedAt = ref(Date.now())
  let timer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  async function load(): Promise<void> {
    clearTimeout(timer)
    if (!document.hidden) {
      try {
        found.value = await ask()
        problem.value = undefined
        askedAt.value = Date.now()
      } catch (cause) {
        problem.value = Problem.from(cause)
      }
    }
    if (!isGone) timer = setTimeout(load, EVERY)
  }

  const onShown = () => void (document.hidden || load())

  onMounted(() => {
    void load()
    document.addEventListener('visibilitychange', onShown)
  })
  onUnmounted(() => {
    isGone = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onShown)
  })
  return { found, problem, askedAt, load }
}
