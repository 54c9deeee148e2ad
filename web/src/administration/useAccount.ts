import { onMounted, ref, shallowRef } from 'vue'
import { Problem } from '@/api/problem'
import { useToasts } from '@/data/toasts'
import { type AdminAccount, change, resetPassword, type Role, showAccount } from './accounts'

/** One account, and what an administrator does with it. */
export function useAccount(id: string) {
  const toasts = useToasts()
  const account = shallowRef<AdminAccount>()
  const problem = shallowRef<Problem>()
  /** The password that was just made; gone when it is put away. */
  const password = ref<string>()

  async function load(): Promise<void> {
    problem.value = undefined
    await showAccount(id)
      .then((found) => (account.value = found))
      .catch((cause: unknown) => (problem.value = Problem.from(cause)))
  }

  let busy = false

  /** One thing at a time. */
  async function act(work: () => Promise<void>): Promise<void> {
    if (busy) return
    busy = true
    await work().catch(toasts.fail)
    busy = false
  }

  const setDisabled = (on: boolean) => act(async () => void (account.value = await change.disabled(id, on)))

  const setRole = (role: Role, on: boolean) =>
    act(async () => void (account.value = await change.role(id, role, on)))

  const reset = () =>
    act(async () => {
      password.value = await resetPassword(id)
      await load()
    })

  onMounted(load)
  return { account, problem, password, load, setDisabled, setRole, reset }
}
