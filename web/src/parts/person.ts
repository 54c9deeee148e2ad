import type { Account } from '@/api/types'

/** May be empty: nobody has to say what they are called. */
export function fullNameOf({ first_name, last_name }: Account): string {
  return [first_name, last_name].filter(Boolean).join(' ')
}
