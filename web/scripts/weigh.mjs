// How heavy the first load is: the page, and everything that it names and that this imports at once, with gzip. Fails above the
// limit. What a screen brings along later is not in it; a browser measures the whole of it in e2e/stories/serving.story.ts.
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

const dist = new URL('../dist/', import.meta.url).pathname
const LIMIT = 150_000

const named = /<(?:script|link)[^>]*?(?:src|href)="\/([^"]+)"/g
const imported = /(?:\bfrom|\bimport)\s*["'](\.\/[^"']+)["']/g

const seen = new Map()

async function weigh(file) {
  if (seen.has(file)) return
  const packed = existsSync(`${file}.gz`) ? `${file}.gz` : file
  seen.set(file, (await stat(packed)).size)
  const text = await readFile(file, 'utf8')
  if (file.endsWith('.html')) await all(text, named, dist)
  if (file.endsWith('.js')) await all(text, imported, dirname(file))
}

async function all(text, pattern, folder) {
  for (const [, path] of text.matchAll(pattern)) await weigh(join(folder, path))
}

await weigh(join(dist, 'index.html'))
const total = [...seen.values()].reduce((sum, size) => sum + size, 0)
for (const [file, size] of [...seen].toSorted((a, b) => b[1] - a[1])) {
  console.log(`${String(size).padStart(8)}  ${relative(dist, file)}`)
}
console.log(`${String(total).padStart(8)}  bytes with gzip at first load, of ${LIMIT}`)
if (total > LIMIT) process.exit(1)
