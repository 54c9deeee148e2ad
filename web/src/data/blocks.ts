import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { api, ask } from '@/api/client'
import { words } from '@/words'
import { useToasts } from './toasts'

/** Whose direct messages do not reach us. They are not told. */
export const useBlocks = defineStore('blocks', () => {
  const names = reactive(new Set<string>())

  async function load(): Promise<void> {
    const { items } = await ask(api.GET('/api/v1/blocks', { params: { query: { limit: 200 } } }))
    names.clear()
    for (const { username } of items) names.add(username)
  }

  async function set(username: string, blocked: boolean): Promise<void> {
    const params = { path: { username } }
    const url = '/api/v1/blocks/{username}'
    try {
      await ask(blocked ? api.PUT(url, { params }) : api.DELETE(url, { params }))
      if (blocked) names.add(username)
      else names.delete(username)
      useToasts().say(words.t(blocked ? 'toast.blocked' : 'toast.unblocked', { name: username }))
    } catch (cause) {
      useToasts().fail(cause)
    }
  }

  return { names, load, set }
})
