import { fileURLToPath, URL } from 'node:url'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { VitePWA } from 'vite-plugin-pwa'
import { defineConfig } from 'vitest/config'
import { compiledWords } from './build/compiledWords.ts'
import { earlyScript } from './build/earlyScript.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** Where the API is while the client is developed: a service started with `tidings up --demo`. */
const service = process.env.TIDINGS_URL ?? 'http://127.0.0.1:8000'

const proxy = { '/api': { target: service, changeOrigin: false } }

/** The service's own policy for the page: see api/src/http/headers.rs. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; font-src 'self'; " +
  "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'"

export default defineConfig({
  resolve: {
    alias: {
      '@': path('./src'),
      // The one without a compiler.
      'vue-i18n': 'vue-i18n/dist/vue-i18n.runtime.esm-bundler.js',
    },
  },
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __INTLIFY_DROP_MESSAGE_COMPILER__: true,
  },
  plugins: [
    vue(),
    tailwind(),
    compiledWords(),
    earlyScript('src/skin/early.js'),
    VitePWA({
      // Registered by the client itself: the address has to pass Trusted Types.
      injectRegister: false,
      registerType: 'prompt',
      manifest: false,
      workbox: {
        // One file: a worker under our policy may not import another.
        inlineWorkboxRuntime: true,
        globPatterns: ['index.html', 'assets/*.{js,css,woff2,svg}'],
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/(api|docs|livez|readyz|metrics|openapi|asyncapi|\.well-known)/],
        cleanupOutdatedCaches: true,
        sourcemap: false,
      },
    }),
  ],
  build: {
    target: 'es2022',
    // Nothing may be written into the page: what is small stays a file, too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy },
  // As the service serves it, policy and all.
  preview: { proxy, headers: { 'Content-Security-Policy': POLICY } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.spec.ts'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    // None takes a second where nothing else is running; one that takes this long hangs.
    testTimeout: 60_000,
    unstubGlobals: true,
    // So that a test can have two tabs, each with stores of its own.
    server: { deps: { inline: ['pinia'] } },
    // A page for each file costs more than all the tests: they leave nothing behind.
    isolate: false,
  },
})
