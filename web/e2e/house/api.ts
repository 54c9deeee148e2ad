import { PATIENCE } from './see'

export const PASSWORD = 'a lantern in the fog'

export interface Message {
  id: string
  conversation_id: string
  body: string
  sender: { username: string }
}

interface Page<T> {
  items: T[]
}

/** How far the log of each service was when it last took something. */
const places = new Map<string, string>()

/** The service as a program asks it: what a story needs around the screen that it is about. */
export class Api {
  private constructor(
    readonly url: string,
    readonly username: string,
    private readonly token: string,
  ) {}

  /** A new person. */
  static async register(
    url: string,
    username: string,
    names: { first_name?: string; last_name?: string } = {},
  ) {
    await call(url, 'POST', '/accounts', { username, password: PASSWORD, ...names })
    return Api.logIn(url, username)
  }

  static async logIn(url: string, username: string, password = PASSWORD): Promise<Api> {
    const { access_token } = await call<{ access_token: string }>(url, 'POST', '/sessions', {
      username,
      password,
      device: 'a program',
    })
    return new Api(url, username, access_token)
  }

  ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    return call<T>(this.url, method, path, body, this.token)
  }

  send(to: string | string[], body: string, more: { subject?: string } = {}): Promise<Message> {
    return this.ask('POST', '/messages', { to: [to].flat(), body, ...more })
  }

  say(conversation: string, body: string): Promise<Message> {
    return this.ask('POST', '/messages', { conversation_id: conversation, body })
  }

  group(title: string, members: string[]): Promise<{ id: string }> {
    return this.ask('POST', '/conversations', { title, members })
  }

  /** What one does with something goes by what the read models know of it: until they know what was last done, by anybody. */
  async caughtUp(): Promise<void> {
    await this.ask('GET', '/inbox?limit=1')
  }

  /** Has read a conversation, to this message. */
  async read(conversation: string, upTo: string): Promise<void> {
    await this.caughtUp()
    return this.ask('POST', '/inbox/read', { conversation_id: conversation, up_to: upTo })
  }

  async inbox(): Promise<Message[]> {
    const { items } = await this.ask<Page<{ message: Message }>>('GET', '/inbox?limit=200')
    return items.map((item) => item.message)
  }

  /** How much of the whole inbox is unread. */
  async unread(): Promise<number> {
    return (await this.ask<{ unread: number }>('GET', '/inbox?limit=1')).unread
  }

  /** Whether the search knows the word by now. */
  async finds(word: string): Promise<boolean> {
    const { items } = await this.ask<Page<unknown>>('GET', `/search?q=${encodeURIComponent(word)}`)
    return items.length > 0
  }

  async sent(): Promise<Message[]> {
    const { items } = await this.ask<Page<{ message: Message }>>('GET', '/sent?limit=200')
    return items.map((item) => item.message)
  }
}

async function call<T>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  token?: string,
): Promise<T> {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (token) headers.Authorization = `Bearer ${token}`
  const place = places.get(url)
  if (method === 'GET' && place) headers['Tidings-Token'] = place
  const answer = await patiently(method, `${url}/api/v1${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  })
  const reached = answer.headers.get('Tidings-Token')
  if (method !== 'GET' && reached) places.set(url, reached)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return (text ? JSON.parse(text) : undefined) as T
}

/** Comes again where a service that is behind, or too busy to compare passwords, asks for it and has done nothing. */
async function patiently(method: string, url: string, request: RequestInit): Promise<Response> {
  const isHarmless = method === 'GET' || /\/(accounts|sessions)$/.test(url)
  const until = performance.now() + PATIENCE
  for (;;) {
    const answer = await fetch(url, request)
    if (answer.status !== 503 || !isHarmless || performance.now() > until) return answer
    const wait = Number(answer.headers.get('Retry-After') ?? 1)
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000))
  }
}
