import createClient from 'openapi-fetch'
import { keepAccess, renewAccess, sessionIsOver } from './access'
import { reach } from './reach'
import { learnTime } from './clock'
import type { paths } from './openapi'
import { Problem } from './problem'

/** The API for everybody who is not logged in yet. */
export const visitor = createClient<paths>({ baseUrl: location.origin, fetch: asking })

/** The API for whoever is logged in: keeps the session fresh, and says when it is over. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: guarded })

async function asking(request: Request): Promise<Response> {
  const askedAt = Date.now()
  const response = await reach(request)
  learnTime(response, askedAt)
  return response
}

/** A request that is let in, or the refusal. Also for what the typed client cannot do: streams and uploads. */
export async function guarded(request: Request): Promise<Response> {
  if (!(await keepAccess())) return refused()
  const again = request.clone()
  const response = await asking(request)
  if (response.status !== 401) return response
  return (await renewAccess()) ? asking(again) : refused()
}

function refused(): Response {
  sessionIsOver()
  return new Response('', { status: 401 })
}

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of an answer; a refusal is thrown as a `Problem`. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await askWhole(call)).data
}

/** The body, and where it stands in the log: the push stream goes on from there. */
export async function askWhole<T>(call: Promise<Answer<T>>): Promise<{ data: T; token: string | null }> {
  const { data, error, response } = await call
  if (!response.ok) {
    const text = typeof error === 'string' ? error : JSON.stringify(error ?? {})
    throw Problem.read(response.status, text, response.headers.get('Retry-After'))
  }
  return { data: data as T, token: response.headers.get('Tidings-Token') }
}
