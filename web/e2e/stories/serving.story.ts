import { request } from 'node:http'
import { expect, inject } from 'vitest'
import { Desk } from '../house/desk'
import { seen } from '../house/see'
import { story } from '../house/story'

/** Bytes with gzip, all of the first page's files together. */
const LIGHT = 150_000

story(
  'the first load is light: everything that the browser asks for, with gzip',
  async ({ stranger, url }) => {
    const page = await stranger.context.newPage()
    const asked: string[] = []
    page.on('request', (request) => {
      // What the worker fetches ahead is not waited for.
      if (!request.serviceWorker()) asked.push(request.url())
    })
    await page.goto('/login')
    await seen(new Desk(page).password)
    await page.evaluate(() => document.fonts.ready)
    const files = [...new Set(asked)].filter((address) => address.startsWith(url))
    const sizes = await Promise.all(
      files.map(async (file) => (await fetchRaw(file, { 'accept-encoding': 'gzip' })).length),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`first load: ${total} bytes with gzip in ${files.length} files`)
    expect(total).toBeLessThanOrEqual(LIGHT)
  },
)

story('hashed files are kept for ever, the page and the worker are asked for anew', async ({ url }) => {
  const page = await fetchRaw(`${url}/`, { 'accept-encoding': 'identity' })
  const named = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!)
  expect(named.length).toBeGreaterThan(2)
  for (const path of named) {
    expect(path).toMatch(/^\/assets\/.+[-.][\w-]{8,}\.\w+$/)
    const file = await fetchRaw(url + path, {})
    expect(file.headers['cache-control'], path).toBe('public, max-age=31536000, immutable')
  }
  for (const path of ['/', '/sw.js', '/inbox']) {
    const file = await fetchRaw(url + path, { accept: 'text/html,*/*' })
    expect(file.headers['cache-control'], path).toBe('no-cache')
    const again = await fetchRaw(url + path, { accept: 'text/html,*/*', 'if-none-match': file.headers.etag! })
    expect([again.status, again.length], path).toEqual([304, 0])
  }
})

story('each client gets the smallest form that it takes, and proxies are told', async ({ url }) => {
  const page = await fetchRaw(`${url}/`, {})
  const script = url + /src="(\/assets\/index[^"]+\.js)"/.exec(page.text)![1]!
  const [plain, gzip, brotli] = await Promise.all(
    ['identity', 'gzip, deflate', 'gzip, deflate, br, zstd'].map((accepted) =>
      fetchRaw(script, { 'accept-encoding': accepted }),
    ),
  )
  expect([plain, gzip, brotli].map((answer) => answer!.headers['content-encoding'])).toEqual([
    undefined,
    'gzip',
    'br',
  ])
  expect(gzip!.length).toBeLessThan(plain!.length / 2)
  expect(brotli!.length).toBeLessThan(gzip!.length)
  expect(new Set([plain, gzip, brotli].map((answer) => answer!.headers.etag)).size).toBe(3)
  for (const answer of [plain, gzip, brotli]) {
    expect(answer!.headers.vary).toContain('accept-encoding')
    expect(Number(answer!.headers['content-length'])).toBe(answer!.length)
  }
  expect((await fetchRaw(`${script}.br`, {})).status).toBe(404)
})

story('what is not there is no page, and data never is', async () => {
  const url = inject('url')
  for (const path of ['/api', '/api/v1/nowhere', '/assets/index-gone.js']) {
    const answer = await fetchRaw(url + path, { accept: 'text/html' })
    expect(answer.status, path).toBe(404)
    expect(answer.headers['content-type'], path).toBe('application/problem+json')
  }
  const page = await fetchRaw(`${url}/`, {})
  expect(page.headers['content-security-policy']).toContain(
    "default-src 'none'; script-src 'self'; style-src 'self'",
  )
  expect(page.headers['content-security-policy']).not.toContain('unsafe')
})

interface Answer {
  status: number
  headers: Record<string, string | undefined>
  /** Bytes on the wire, still packed. */
  length: number
  text: string
}

/** `fetch` would unpack what it gets. */
function fetchRaw(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { headers }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const { statusCode: status = 0 } = answer
      resolve({
        status,
        headers: answer.headers as Answer['headers'],
        length: body.length,
        text: body.toString(),
      })
    })
    asking.on('error', reject).end()
  })
}
