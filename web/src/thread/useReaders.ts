import { ref } from 'vue'
import { api, ask } from '@/api/client'
import type { Trace } from '@/api/types'
import { words } from '@/words'

type Reached = Trace['recipients'][number]

const steps = [
  { word: 'ticks.read', has: ({ read_at }: Reached) => !!read_at },
  { word: 'ticks.delivered', has: ({ read_at, delivered_at }: Reached) => !read_at && !!delivered_at },
  { word: 'trace.notYet', has: ({ read_at, delivered_at }: Reached) => !read_at && !delivered_at },
]

const nameOf = ({ username }: Reached): string => username ?? words.t('trace.erased')

/** Who has read a message to a group, by name: asked for when somebody points at its ticks, and again at the next time. */
export function useReaders(id: () => string) {
  const names = ref<string>()

  async function load(): Promise<void> {
    const path = { id: id() }
    const call = ask(api.GET('/api/v1/messages/{id}/trace', { params: { path } }))
    const reached = await call.then(({ recipients }) => recipients).catch(() => [])
    names.value = steps
      .map(({ word, has }) => ({ word, who: reached.filter(has).map(nameOf) }))
      .filter(({ who }) => who.length)
      .map(({ word, who }) => `${words.t(word)}: ${who.join(', ')}`)
      .join('\n')
  }

  return { names, load }
}
