import 'fake-indexeddb/auto'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach } from 'vitest'
import { Locks } from './locks'

beforeEach(() => {
  localStorage.clear()
  Object.defineProperty(navigator, 'locks', { value: new Locks(), configurable: true })
  setActivePinia(createPinia())
})
