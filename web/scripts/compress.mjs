// Leaves a gzip and a Brotli form beside each file of web/dist that gains by it: packed once, as small as can be, and never
// while somebody waits. src/web/coding.rs chooses between them.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
// Pictures and fonts are packed already.
const TEXTS = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.webmanifest', '.xml'])
/** What saves less than this is not worth a second form. */
const GAIN = 0.9

const forms = {
  '.gz': (bytes) => promisify(gzip)(bytes, { level: 9 }),
  '.br': (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
}

async function compress(file) {
  const plain = await readFile(file)
  for (const [end, pack] of Object.entries(forms)) {
    const packed = await pack(plain)
    if (packed.length < plain.length * GAIN) await writeFile(file + end, packed)
  }
}

const files = await readdir(dist, { recursive: true, withFileTypes: true })
const texts = files.filter((file) => file.isFile() && TEXTS.has(extname(file.name)))
await Promise.all(texts.map((file) => compress(join(file.parentPath, file.name))))
