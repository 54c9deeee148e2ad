import { ref } from 'vue'
import { api, ask } from '@/api/client'
import { words } from '@/words'

/** Who has read a message to a group, by name: asked for when somebody points at its ticks, and again at the next time. */
export function useReaders(id: () => string) {
  const names = ref<string>()

  async function load(): Promise<void> {
    const path = { id: id() }
    const trace = await ask(api.GET('/api/v1/messages/{id}/trace', { params: { path } })).catch(
      () => undefined,
    )
    if (!trace) return
    const listed = (label: string, has: (reached: (typeof trace.recipients)[number]) => boolean) => {
      const who = trace.recipients.filter(has).map(({ username }) => username ?? words.t('trace.erased'))
      return who.length ? [`${words.t(label)}: ${who.join(', ')}`] : []
    }
    names.value = [
      ...listed('ticks.read', ({ read_at }) => !!read_at),
      ...listed('ticks.delivered', ({ read_at, delivered_at }) => !read_at && !!delivered_at),
      ...listed('trace.notYet', ({ read_at, delivered_at }) => !read_at && !delivered_at),
    ].join('\n')
  }

  return { names, load }
}
