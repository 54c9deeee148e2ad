import type { PushEvent } from '@/api/events'

/** Stands for the push stream of a service: whoever connects hears what is told. */
export class Push {
  /** Where each connection asked to go on from. */
  readonly places: (string | null)[] = []
  private readonly open = new Set<ReadableStreamDefaultController<Uint8Array>>()
  private count = 0

  answer(request: Request): Response {
    this.places.push(request.headers.get('Last-Event-ID'))
    let own: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller
        this.open.add(controller)
      },
      cancel: () => void this.open.delete(own),
    })
    request.signal.addEventListener('abort', () => this.open.delete(own))
    queueMicrotask(() => this.tell({ type: 'hello', token: 'now' }))
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  }

  tell(event: PushEvent): void {
    const text = `id: place ${++this.count}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    for (const controller of this.open) controller.enqueue(new TextEncoder().encode(text))
  }

  get connections(): number {
    return this.open.size
  }
}
