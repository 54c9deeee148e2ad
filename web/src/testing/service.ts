import { vi } from 'vitest'

type Answer = (request: Request) => Response | Promise<Response>

/** Stands for the service: answers by method and path, and remembers what it was asked. */
export function service(answers: Record<string, Answer>) {
  const asked: { key: string; body: unknown }[] = []
  vi.stubGlobal('fetch', async (input: Request | string, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(input, location.origin), init)
    const key = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`
    asked.push({ key, body: await body(request.clone()) })
    const answer = answers[key]
    return answer ? answer(request) : json(404, { detail: `nobody answers ${key}` })
  })
  return asked
}

async function body(request: Request): Promise<unknown> {
  const text = await request.text()
  return text ? JSON.parse(text) : undefined
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
}
