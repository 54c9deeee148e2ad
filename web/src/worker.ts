import { ref } from 'vue'

/** A newer client is there and waits for the page to be loaded again. */
export const update = ref<ServiceWorker>()

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

const WORKER = '/sw.js'

/** Registers the worker that keeps the client itself on the device, so that it opens without a network. */
export function registerWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  addEventListener('load', () => void register().catch(() => undefined))
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register(trusted(WORKER))
  offer(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing
    worker?.addEventListener('statechange', () => worker.state === 'installed' && offer(worker))
  })
}

/** The first one ever takes nothing away from a page that is open. */
function offer(worker: ServiceWorker | null): void {
  if (worker && navigator.serviceWorker.controller) update.value = worker
}

/** Takes the newer client. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  update.value?.postMessage({ type: 'SKIP_WAITING' })
}

/** The address of a script has to pass a policy: this one knows a single address. */
function trusted(url: string): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes
  const policy = policies?.createPolicy('tidings-worker', {
    createScriptURL: (asked) => (asked === WORKER ? asked : 'about:blank'),
  })
  return policy?.createScriptURL(url) ?? url
}
