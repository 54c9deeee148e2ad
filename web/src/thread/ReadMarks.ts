/** A glance is not reading: so long a message has to be in sight, in milliseconds. */
const GLANCE = 1_000

/** Marks what was read: the newest message, once it was in sight for a moment in a tab that has the focus. */
export class ReadMarks {
  private timer: ReturnType<typeof setTimeout> | undefined
  private waitingFor: string | undefined

  constructor(private readonly mark: (upTo: string) => Promise<void>) {}

  /** `unread`: the newest message that is not read. `isSeen`: it is in sight and the tab has the focus. */
  update(unread: string | undefined, isSeen: boolean): void {
    const wanted = isSeen ? unread : undefined
    if (wanted === this.waitingFor) return
    this.stop()
    this.waitingFor = wanted
    if (wanted) this.timer = setTimeout(() => void this.send(wanted), GLANCE)
  }

  stop(): void {
    clearTimeout(this.timer)
    this.waitingFor = undefined
  }

  private async send(upTo: string): Promise<void> {
    // It is not lost when the service cannot be reached: whoever looks again is asked again.
    await this.mark(upTo).catch(() => this.stop())
  }
}
