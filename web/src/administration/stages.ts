import type { components } from '@/api/openapi'
import { sizeOf } from '@/words/sizes'

export type Readiness = components['schemas']['Readiness']

/** Well; works, but somebody should look; does not work. */
export type State = 'well' | 'late' | 'down'

/** A stage that messages pass, in words: `text` and `advice` are keys of `admin.health`. */
export interface Stage {
  name: string
  state: State
  text: string
  values?: Record<string, string | number>
  advice?: string
}

/** As many events behind is a moment's work, and nobody notices. */
const A_MOMENT = 500

/** Every stage, in the order in which a message passes them. */
export function stagesOf(health: Readiness): Stage[] {
  const stages = [
    writer(health),
    log(health),
    disk(health),
    wire(health),
    readModels(health),
    sealer(health),
    streams(health),
    webhooks(health),
    ...engines(health),
    tasks(health),
  ]
  return stages.filter((stage) => stage !== undefined)
}

function writer({ writer: { waiting, most } }: Readiness): Stage {
  const values = { count: waiting, most }
  if (waiting >= most) return down('writer', 'writerFull', values, 'writerSlow')
  if (waiting > most / 10) return late('writer', 'writerWaits', values, 'writerSlow')
  return well('writer', waiting ? 'writerWaits' : 'writerFree', values)
}

function log({ postgres: { ok, position } }: Readiness): Stage {
  if (!ok) return down('log', 'logAway', {}, 'logAwayAdvice')
  return well('log', 'logStands', { position: position ?? 0 })
}

function disk({ disk }: Readiness): Stage | undefined {
  if (!disk) return undefined
  const values = { free: sizeOf(disk.free), size: sizeOf(disk.size) }
  if (disk.state === 'full') return down('disk', 'diskFull', values, 'diskFullAdvice')
  if (disk.state === 'low') return late('disk', 'diskLow', values, 'diskLowAdvice')
  return well('disk', 'diskAmple', values)
}

function wire({ nats, postgres }: Readiness): Stage {
  if (!nats.ok) return late('wire', 'wireAway', {}, 'wireAwayAdvice')
  if (nats.position === undefined || nats.position === null) return well('wire', 'wireConnected')
  const lag = (postgres.position ?? nats.position) - nats.position
  if (lag > A_MOMENT) return late('wire', 'wireBehind', { lag }, 'behindAdvice')
  return well('wire', 'wireStands')
}

function readModels({ projector }: Readiness): Stage {
  if (!projector) return down('readModels', 'readModelsUnknown', {}, 'logAwayAdvice')
  const { lag, halted, drift } = projector
  if (halted) return down('readModels', 'readModelsHalted', { ...halted }, 'readModelsHaltedAdvice')
  if (drift) return late('readModels', 'readModelsDrift', { drift }, 'readModelsDriftAdvice')
  if (lag > A_MOMENT) return late('readModels', 'readModelsBehind', { lag }, 'behindAdvice')
  return well('readModels', 'readModelsStand')
}

function sealer({ sealer, postgres }: Readiness): Stage | undefined {
  if (!sealer) return undefined
  const lag = (postgres.position ?? sealer.position) - sealer.position
  if (lag > A_MOMENT) return late('sealer', 'sealerBehind', { lag }, 'behindAdvice')
  return well('sealer', 'sealerStands')
}

function streams({ streams }: Readiness): Stage | undefined {
  return streams ? well('streams', 'streamsOpen', { count: streams.open }) : undefined
}

function webhooks({ webhooks }: Readiness): Stage | undefined {
  if (!webhooks) return undefined
  const { active, failing, paused } = webhooks
  if (!active && !failing && !paused) return well('webhooks', 'webhooksNone')
  if (paused) return late('webhooks', 'webhooksPaused', { count: paused }, 'webhooksPausedAdvice')
  if (failing) return late('webhooks', 'webhooksFailing', { count: failing }, 'webhooksFailingAdvice')
  return well('webhooks', 'webhooksActive', { count: active })
}

function engines({ engines }: Readiness): Stage[] {
  return engines.map((engine) => {
    if (engine.state === 'ready') return well(engine.name, 'engineReady')
    if (engine.state === 'starting') return late(engine.name, 'engineStarting')
    return down(engine.name, 'engineDown', { seconds: engine.for_s }, 'engineDownAdvice')
  })
}

function tasks({ tasks }: Readiness): Stage {
  const failed = tasks.find((task) => !task.running)
  if (failed) {
    return down('tasks', 'taskDown', { name: failed.name, failure: failed.failure ?? '' }, 'taskDownAdvice')
  }
  const restarted = tasks.find((task) => task.restarts)
  if (!restarted) return well('tasks', 'tasksRun', { count: tasks.length })
  const { name, restarts, failure } = restarted
  return well('tasks', 'taskRestarted', { name, count: restarts, failure: failure ?? '' })
}

function well(name: string, text: string, values?: Stage['values']): Stage {
  return { name, state: 'well', text, ...(values && { values }) }
}

function late(name: string, text: string, values: Stage['values'] = {}, advice?: string): Stage {
  return { name, state: 'late', text, values, ...(advice && { advice }) }
}

function down(name: string, text: string, values: Stage['values'], advice: string): Stage {
  return { name, state: 'down', text, values: values ?? {}, advice }
}
