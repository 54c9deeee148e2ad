// Writes src/api/openapi.d.ts from the service's own description: its address, a file, or a running service's by default.
import { readFile, writeFile } from 'node:fs/promises'
import openapi, { astToString } from 'openapi-typescript'

const [source = `${process.env.TIDINGS_URL ?? 'http://127.0.0.1:8000'}/openapi.json`, flag] =
  process.argv.slice(2)
const target = new URL('../src/api/openapi.d.ts', import.meta.url)

const text = source.startsWith('http') ? await (await fetch(source)).text() : await readFile(source, 'utf8')
const description = JSON.parse(text)
// The original service's calls are not for us.
description.paths = Object.fromEntries(
  Object.entries(description.paths).filter(([path]) => path.startsWith('/api/v1/')),
)
const types = `// Made by \`npm run generate\` from /openapi.json.\n\n${astToString(await openapi(description))}`

if (flag === '--check') {
  if ((await readFile(target, 'utf8')) !== types) {
    console.error('src/api/openapi.d.ts is not what the service says: run `npm run generate`')
    process.exit(1)
  }
} else {
  await writeFile(target, types)
}
