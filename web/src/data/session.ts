import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { grant, keepAccess, withdraw } from '@/api/access'
import { api, ask, visitor } from '@/api/client'
import type { Account, Me } from '@/api/types'
import { tell } from '@/live/channel'
import { closeDisk, diskOf, wipeDisk } from './disk'
import { deviceName } from './deviceName'
import { endSession, finishLeaving } from './leaving'

/** Who was logged in when the browser was closed: only a name, the session itself is in cookies. */
const WHO = 'tidings.account'

/** The roles are known from the last visit, so that the rooms are all there from the first moment. */
type Remembered = Account & { roles?: string[] }

export const useSession = defineStore('session', () => {
  const account = shallowRef<Remembered | undefined>(remembered())
  const me = shallowRef<Me>()
  /** The session has ended elsewhere: the page stays, and asks for the password again. */
  const isOver = ref(false)

  const isIn = computed(() => account.value !== undefined)
  /** Runs the service; as far as is known, the service asks for itself. */
  const isAdmin = computed(() => account.value?.roles?.includes('admin') ?? false)
  const username = computed(() => account.value?.username ?? '')

  async function logIn(username: string, password: string): Promise<void> {
    await finishLeaving()
    const body = { username, password, cookie: true, device: deviceName(navigator.userAgent) }
    const tokens = await ask(visitor.POST('/api/v1/sessions', { body }))
    grant(tokens.expires_in)
    enter(tokens.account)
    tell({ kind: 'entered', account: tokens.account.id })
  }

  async function register(body: { username: string; password: string; email?: string }): Promise<void> {
    await ask(visitor.POST('/api/v1/accounts', { body }))
    await logIn(body.username, body.password)
  }

  /** Ends the session here and on the service, and forgets everything of it on this device. */
  async function logOut(): Promise<void> {
    await endSession()
    await forget()
  }

  async function forget(): Promise<void> {
    if (account.value) await wipeDisk(await diskOf(account.value.id)).catch(() => undefined)
    leave()
  }

  /** Goes without asking anybody, as after a log-out in another tab. */
  function leave(): void {
    closeDisk()
    withdraw()
    localStorage.removeItem(WHO)
    account.value = undefined
    me.value = undefined
    isOver.value = false
  }

  function enter(who: Account): void {
    remember(who)
    isOver.value = false
  }

  function remember(who: Remembered): void {
    localStorage.setItem(WHO, JSON.stringify(who))
    account.value = who
  }

  async function loadMe(): Promise<Me> {
    const own = await ask(api.GET('/api/v1/me'))
    me.value = own
    const { id, username, first_name, last_name, roles } = own
    if (isIn.value) remember({ id, username, first_name, last_name, roles })
    return own
  }

  return {
    account,
    me,
    isOver,
    isIn,
    isAdmin,
    username,
    logIn,
    register,
    logOut,
    forget,
    leave,
    enter,
    loadMe,
    keepAccess,
  }
})

function remembered(): Remembered | undefined {
  try {
    return JSON.parse(localStorage.getItem(WHO) ?? '') as Remembered
  } catch {
    return undefined
  }
}
