import { computed, ref } from 'vue'
import { usePeople } from '@/data/people'
import { fits } from '@/parts/person'

/** Whom what is typed may mean, without those who are out of the question. */
export function useCandidates(isOut: (username: string) => boolean) {
  const people = usePeople()
  const query = ref('')
  const wanted = computed(() => query.value.trim())
  const isAsking = computed(() => people.answered !== wanted.value)

  /** Until the service has answered, what fits of the answer before: Enter must not choose somebody else. */
  const candidates = computed(() =>
    people.found.filter(
      (person) => !isOut(person.username) && (!isAsking.value || fits(person, wanted.value)),
    ),
  )

  const ask = (): Promise<unknown> => people.find(wanted.value).catch(() => undefined)

  /** The place of whoever is called exactly so. */
  async function named(): Promise<number> {
    if (isAsking.value) await ask()
    const name = wanted.value.toLowerCase()
    return candidates.value.findIndex(({ username }) => username.toLowerCase() === name)
  }

  return { query, candidates, isAsking, ask, named }
}
