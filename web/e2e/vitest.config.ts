import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The client in a real browser, through the real service: `npm run e2e`, after `make web` and a debug build. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['stories/**/*.story.ts'],
    globalSetup: ['house/setup.ts'],
    // A test waits for what it wants to see, never for time to pass: one that takes this long hangs.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Browsers and services end in order, which takes a while as well.
    teardownTimeout: 60_000,
    // Each has a browser of its own; more of them only wait for each other.
    maxWorkers: 2,
    retry: 0,
  },
})
