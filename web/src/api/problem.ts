/** No status: the client itself has failed. */
const MISTAKE = -1

/** Why a request failed: the service's own words (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    /** A sentence that a person can act on. */
    readonly detail: string,
    /** One sentence per wrong field, by its JSON pointer (`/to/0`). */
    readonly fields: Readonly<Record<string, string>> = {},
    /** Seconds to wait before it makes sense to try again. */
    readonly wait?: number,
    /** The kind's stable URI reference. */
    readonly kind = 'about:blank',
  ) {
    super(detail)
  }

  /** No answer came: the network or the service is away. */
  static unreachable(): Problem {
    return new Problem(0, '')
  }

  /** Reads a refused request's answer. */
  static async of(response: Response): Promise<Problem> {
    return Problem.read(response.status, await response.text(), response.headers.get('Retry-After'))
  }

  static read(status: number, text: string, retryAfter: string | null): Problem {
    const wire = parsed(text)
    const fields = Object.fromEntries((wire.errors ?? []).map(({ pointer, detail }) => [pointer, detail]))
    return new Problem(status, wire.detail ?? wire.title ?? '', fields, seconds(retryAfter), wire.type)
  }

  /** Whatever was thrown. What is no problem of a request's is a mistake of ours, and must not look like one. */
  static from(cause: unknown): Problem {
    if (cause instanceof Problem) return cause
    console.error(cause)
    return new Problem(MISTAKE, '')
  }

  get isUnreachable(): boolean {
    return this.status === 0
  }

  /** Nothing was wrong with the request: the same one may succeed later. */
  get isPassing(): boolean {
    return [0, 401, 408, 429].includes(this.status) || this.status >= 500
  }

  /** The sentence for a field, or for the first of its rows. */
  field(pointer: string): string | undefined {
    const row = Object.keys(this.fields).find((key) => key === pointer || key.startsWith(`${pointer}/`))
    return row && this.fields[row]
  }

  /** What to say where there is room for one sentence only. */
  get sentence(): string {
    return Object.values(this.fields)[0] ?? this.detail
  }
}

interface Wire {
  type?: string
  title?: string
  detail?: string
  errors?: { pointer: string; detail: string }[]
}

function parsed(text: string): Wire {
  try {
    return JSON.parse(text) as Wire
  } catch {
    return {}
  }
}

/** `Retry-After` is a number of seconds or a date. */
function seconds(header: string | null): number | undefined {
  if (!header) return undefined
  const number = Number(header)
  if (Number.isFinite(number)) return number
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
