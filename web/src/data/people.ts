import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { Account } from '@/api/types'

/** Who else is here. */
export const usePeople = defineStore('people', () => {
  /** What the last question found. */
  const found = shallowRef<Account[]>([])
  /** Which question that was. */
  const answered = ref<string>()
  let asked = 0

  /** Looks for people by the beginning of a name. A slow answer never replaces that of a later question. */
  async function find(query: string): Promise<Account[]> {
    const number = ++asked
    const { items } = await page(query)
    if (number === asked) [found.value, answered.value] = [items, query]
    return items
  }

  async function page(query: string, cursor?: string): Promise<{ items: Account[]; next: string | null }> {
    const params = { query: { limit: 50, ...(query && { query }), ...(cursor && { cursor }) } }
    const { items, next } = await ask(api.GET('/api/v1/accounts', { params }))
    return { items, next: next ?? null }
  }

  return { found, answered, find, page }
})
