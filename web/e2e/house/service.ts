import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../../..')
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target')

/** The debug binary, with the client built in. */
export const TIDINGS = join(target, 'debug/tidings')

/** A whole service of its own: `tidings up` on a free port, with data that is gone afterwards. */
export class Service {
  private constructor(
    readonly url: string,
    private readonly process: ChildProcess,
    private readonly data: string,
  ) {}

  /** `settings` are the service's own variables: `{ TIDINGS_THROTTLE: 'off' }`. */
  static async start(settings: Record<string, string> = {}): Promise<Service> {
    if (!existsSync(TIDINGS)) throw new Error(`${TIDINGS} is not there: cargo build --bin tidings`)
    const data = await mkdtemp(join(tmpdir(), 'tidings-e2e-'))
    // Postgres runs as another user when this one is root, and has to get through.
    await chmod(data, 0o755)
    const args = ['up', '--data', join(data, 'data'), '--listen', '127.0.0.1:0']
    const stdio = ['ignore', 'pipe', process.env.TIDINGS_E2E_LOG ? 'inherit' : 'ignore'] as const
    const child = spawn(TIDINGS, args, {
      env: { ...process.env, TIDINGS_CONFIG: '', ...settings },
      stdio: [...stdio],
    })
    try {
      return new Service(await address(child), child, data)
    } catch (cause) {
      child.kill('SIGKILL')
      await rm(data, { recursive: true, force: true })
      throw cause
    }
  }

  /** One number of the operator's page. Zero when it was never set. */
  async metric(name: string): Promise<number> {
    return metric(await this.admin(), name)
  }

  /** Where the operator looks. */
  async admin(): Promise<string> {
    const run = JSON.parse(await readFile(join(this.data, 'data/run.json'), 'utf8')) as { admin: string }
    return run.admin
  }

  /** Gives a role, as the operator does beside the running service. */
  async grant(username: string, role: string): Promise<void> {
    const args = ['account', 'grant', username, role, '--data', join(this.data, 'data')]
    await promisify(execFile)(TIDINGS, args)
  }

  /** Ends it in order, and takes its data away. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGINT')
      await once(this.process, 'exit')
    }
    await rm(this.data, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** One number of an operator's page. */
export async function metric(admin: string, name: string): Promise<number> {
  const text = await (await fetch(`${admin}/metrics`)).text()
  const line = text.split('\n').find((row) => row.startsWith(`${name} `) || row.startsWith(`${name}{`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

/** The address that it prints once it is ready. */
async function address(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /web\s+(http:\S+)\s+ready/.exec(line)?.[1]
    if (url) {
      // Nobody reads on: a full pipe would hold it up.
      child.stdout!.resume()
      return url
    }
  }
  throw new Error(`${TIDINGS} ended before it was ready; with TIDINGS_E2E_LOG=1 it says why`)
}
