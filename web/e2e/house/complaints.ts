import type { BrowserContext, Page } from 'playwright-core'

/** Everything that a browser complains about: errors in the console, in the page, and against its policy. */
export class Complaints {
  private readonly heard: string[] = []
  /** A service that is too busy to compare passwords says so. */
  private readonly expected: RegExp[] = [/status of 503 .*\/api\/v1\/sessions\)$/]

  /** Listens to every page of a context, workers' consoles included. */
  async listen(context: BrowserContext): Promise<void> {
    await context.exposeBinding('tidingsViolation', (_source, violation: string) => {
      this.heard.push(`policy: ${violation}`)
    })
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { tidingsViolation } = globalThis as unknown as { tidingsViolation(text: string): void }
        tidingsViolation(
          `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
        )
      })
    })
    context.on('page', (page) => this.hear(page))
    context.on('weberror', (error) =>
      this.heard.push(`page: ${error.error().stack ?? error.error().message}`),
    )
  }

  private hear(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error')
        this.heard.push(`console: ${message.text()} (${message.location().url})`)
    })
    page.on('crash', () => this.heard.push('page: crashed'))
  }

  /** A refusal that the story is about: the browser notes every answer above 399 as an error. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns)
  }

  /** What nobody expected. */
  get unexpected(): string[] {
    return this.heard.filter((text) => !this.expected.some((pattern) => pattern.test(text)))
  }
}
