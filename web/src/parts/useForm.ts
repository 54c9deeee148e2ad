import { computed, onUnmounted, ref, shallowRef } from 'vue'
import { Problem } from '@/api/problem'
import { fieldOf, sentenceOf } from './sentence'

/** Sends a form, and tells what was wrong with it: per field, or in one sentence. */
export function useForm<T>(send: () => Promise<T>, pointers: string[] = []) {
  const busy = ref(false)
  const problem = shallowRef<Problem>()
  const wait = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined

  /** What no field shows. */
  const sentence = computed(() => {
    const { value } = problem
    if (!value || pointers.some((pointer) => value.field(pointer))) return undefined
    return wait.value && value.status === 429 ? sentenceOf(waiting(value, wait.value)) : sentenceOf(value)
  })

  async function submit(): Promise<T | undefined> {
    if (busy.value || wait.value) return undefined
    busy.value = true
    problem.value = undefined
    try {
      return await send()
    } catch (cause) {
      refuse(Problem.from(cause))
      return undefined
    } finally {
      busy.value = false
    }
  }

  /** Who is told to wait is told how much longer. */
  function refuse(cause: Problem): void {
    problem.value = cause
    if (cause.status !== 429) return
    wait.value = Math.ceil(cause.wait ?? 1)
    clearInterval(timer)
    timer = setInterval(() => {
      wait.value -= 1
      if (wait.value > 0) return
      clearInterval(timer)
      problem.value = undefined
    }, 1_000)
  }

  const field = (pointer: string): string | undefined => problem.value && fieldOf(problem.value, pointer)

  onUnmounted(() => clearInterval(timer))
  return { busy, problem, sentence, wait, submit, field }
}

function waiting(problem: Problem, seconds: number): Problem {
  return new Problem(problem.status, problem.detail, problem.fields, seconds, problem.kind)
}
