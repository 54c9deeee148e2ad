import type { Account } from '@/api/types'

/** May be empty: nobody has to say what they are called. */
export function fullNameOf({ first_name, last_name }: Account): string {
  return [first_name, last_name].filter(Boolean).join(' ')
}

/** Whether a name, or a word of it, begins like that: what the service looks for as well. */
export function fits({ username, first_name, last_name }: Account, query: string): boolean {
  const wanted = query.toLowerCase()
  const names = [username, ...`${first_name} ${last_name}`.split(/\s+/)]
  return names.some((name) => name.toLowerCase().startsWith(wanted))
}
