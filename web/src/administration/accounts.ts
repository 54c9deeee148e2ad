import { api, ask, askWhole } from '@/api/client'
import { Problem } from '@/api/problem'
import type { components, operations } from '@/api/openapi'

export type AdminAccount = components['schemas']['AdminAccount']
export type Role = operations['admin_grant_role']['parameters']['path']['role']

export const ROLES: readonly Role[] = ['auditor', 'bodies', 'admin']

/** How often it is asked. */
const TRIES = 10

/** Which accounts are listed. */
export type Filter = 'all' | 'disabled' | Role

/** Accounts whose names or addresses begin like that, by username. */
export async function findAccounts(q: string, filter: Filter, cursor?: string) {
  const which = filter === 'all' ? {} : filter === 'disabled' ? { disabled: true } : { role: filter }
  const query = { limit: 50, ...(q && { q }), ...which, ...(cursor && { cursor }) }
  const { items, next } = await ask(api.GET('/api/v1/admin/accounts', { params: { query } }))
  return { items, next: next ?? null }
}

/** An account as it is now; behind a change that one has made, with its token. */
export function showAccount(id: string, token?: string | null): Promise<AdminAccount> {
  const header = token ? { 'Tidings-Token': token } : {}
  return ask(api.GET('/api/v1/admin/accounts/{id}', { params: { path: { id }, header } }))
}

/** Each change gives the account as it is behind it. */
export const change = {
  async disabled(id: string, on: boolean): Promise<AdminAccount> {
    const [path, params] = ['/api/v1/admin/accounts/{id}/disabled', { path: { id } }] as const
    return after(id, on ? api.PUT(path, { params }) : api.DELETE(path, { params }))
  },

  async role(id: string, role: Role, on: boolean): Promise<AdminAccount> {
    const [path, params] = ['/api/v1/admin/accounts/{id}/roles/{role}', { path: { id, role } }] as const
    return after(id, on ? api.PUT(path, { params }) : api.DELETE(path, { params }))
  },
}

/** Gives the new password: nobody will see it again. */
export async function resetPassword(id: string): Promise<string> {
  const path = '/api/v1/admin/accounts/{id}/reset-password'
  return (await ask(api.POST(path, { params: { path: { id } } }))).password
}

/** The change is made: a service whose read models are behind it is asked again when it says so. */
async function after(id: string, changing: Parameters<typeof askWhole>[0]): Promise<AdminAccount> {
  const { token } = await askWhole(changing)
  for (let attempt = 1; ; attempt++) {
    try {
      return await showAccount(id, token)
    } catch (cause) {
      const { status, wait = 1 } = Problem.from(cause)
      if (status !== 503 || attempt === TRIES) throw cause
      await new Promise((resolve) => setTimeout(resolve, wait * 1_000))
    }
  }
}
