import { readFileSync } from 'node:fs'
import { baseCompile } from '@intlify/message-compiler'
import type { Plugin } from 'vite'

type Words = { [key: string]: string | Words }

/**
 * Compiles the messages of `src/words/` while the client is built, so that the page carries no compiler and compiles
 * nothing itself. (The plugin of vue-i18n's makers for Vite 8 asks for a newer Node than ours.)
 */
export function compiledWords(): Plugin {
  return {
    name: 'compiled-words',
    enforce: 'pre',
    load(id) {
      if (!/\/src\/words\/(\w+\/)?\w+\.json$/.test(id)) return null
      const words = JSON.parse(readFileSync(id, 'utf8')) as Words
      return { code: `export default ${JSON.stringify(compiled(words, id))}`, moduleType: 'js' }
    },
  }
}

function compiled(words: Words, file: string): object {
  const entries = Object.entries(words).map(([key, value]) => [
    key,
    typeof value === 'string' ? message(value, `${file}: ${key}`) : compiled(value, file),
  ])
  return Object.fromEntries(entries)
}

function message(text: string, where: string): object {
  const onError = (error: Error) => {
    throw new Error(`${where}: ${error.message}`)
  }
  const { ast } = baseCompile(text, { jit: true, minify: true, optimize: true, location: false, onError })
  return ast
}
