type Run = () => Promise<unknown>

/** Stands for the browser's locks: one holder per name, the others in a row behind it. */
export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>()

  async request(name: string, { signal }: { signal?: AbortSignal }, run: Run): Promise<unknown> {
    const before = this.tails.get(name) ?? Promise.resolve()
    const turn = before.then(() => {
      if (signal?.aborted) throw signal.reason
      return run()
    })
    this.tails.set(
      name,
      turn.catch(() => undefined),
    )
    return turn
  }
}
