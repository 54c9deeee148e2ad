import { readFileSync } from 'node:fs'
import { type Plugin, transformWithOxc } from 'vite'

/**
 * A small classic script that runs before the first paint: a file of its own with a hash in its name, since the page may hold
 * nothing inline, and blocking, so that a dark page is never white first.
 */
export function earlyScript(file: string): Plugin {
  return {
    name: 'early-script',
    async buildStart() {
      if (this.meta.watchMode || this.environment?.mode === 'dev') return
      const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file)
      this.emitFile({ type: 'asset', name: 'early.js', source: code })
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const named =
          bundle && Object.values(bundle).find((asset) => asset.fileName.startsWith('assets/early-'))
        const src = named ? `/${named.fileName}` : `/${file}`
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }]
      },
    },
  }
}
