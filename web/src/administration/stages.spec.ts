import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Readiness, stagesOf } from './stages'

const WELL: Readiness = {
  status: 'ready',
  postgres: { ok: true, position: 1_000 },
  nats: { ok: true, position: 1_000 },
  projector: { position: 1_000, lag: 0, drift: 0 },
  sealer: { position: 998 },
  webhooks: { active: 0, failing: 0, paused: 0, lag: 0 },
  writer: { waiting: 0, most: 4_096 },
  disk: { state: 'ample', free: 5e11, size: 1e12 },
  streams: { open: 2 },
  tasks: [{ name: 'relay', running: true, restarts: 0, failure: null }],
  engines: [
    { name: 'postgres', state: 'ready' },
    { name: 'nats', state: 'ready' },
  ],
}

const HALTED = { position: 5, lag: 1, halted: { position: 6, reason: 'it is torn' } }
const TASK = { name: 'relay', running: false, restarts: 3, failure: 'no stream' }

const CASES: [name: string, change: Partial<Readiness>, state: string, text: string][] = [
  ['writer', { writer: { waiting: 1, most: 10 } }, 'well', 'writerWaits'],
  ['writer', { writer: { waiting: 2, most: 10 } }, 'late', 'writerWaits'],
  ['writer', { writer: { waiting: 10, most: 10 } }, 'down', 'writerFull'],
  ['log', { postgres: { ok: false } }, 'down', 'logAway'],
  ['disk', { disk: { state: 'low', free: 2e9, size: 1e12 } }, 'late', 'diskLow'],
  ['disk', { disk: { state: 'full', free: 5e8, size: 1e12 } }, 'down', 'diskFull'],
  ['wire', { nats: { ok: true } }, 'well', 'wireConnected'],
  ['wire', { nats: { ok: true, position: 100 } }, 'late', 'wireBehind'],
  ['wire', { nats: { ok: false, position: 1_000 } }, 'late', 'wireAway'],
  ['readModels', { projector: null }, 'down', 'readModelsUnknown'],
  ['readModels', { projector: { position: 990, lag: 10 } }, 'well', 'readModelsStand'],
  ['readModels', { projector: { position: 100, lag: 900 } }, 'late', 'readModelsBehind'],
  ['readModels', { projector: HALTED }, 'down', 'readModelsHalted'],
  ['readModels', { projector: { position: 1_000, lag: 0, drift: 2 } }, 'late', 'readModelsDrift'],
  ['sealer', { sealer: { position: 3 } }, 'late', 'sealerBehind'],
  ['webhooks', { webhooks: { active: 2, failing: 0, paused: 0, lag: 0 } }, 'well', 'webhooksActive'],
  ['webhooks', { webhooks: { active: 2, failing: 1, paused: 0, lag: 9 } }, 'late', 'webhooksFailing'],
  ['webhooks', { webhooks: { active: 2, failing: 1, paused: 1, lag: 9 } }, 'late', 'webhooksPaused'],
  ['tasks', { tasks: [{ ...TASK, running: true }] }, 'well', 'taskRestarted'],
  ['tasks', { tasks: [TASK] }, 'down', 'taskDown'],
  ['nats', { engines: [{ name: 'nats', state: 'starting' }] }, 'late', 'engineStarting'],
  ['nats', { engines: [{ name: 'nats', state: 'down', for_s: 7, restarts: 1 }] }, 'down', 'engineDown'],
]

const { admin } = JSON.parse(readFileSync('src/words/administration/en.json', 'utf8')) as {
  admin: { health: Record<string, string> & { stage: Record<string, string> } }
}

test('every stage of a service that is well is shown as well, in the order of a message', () => {
  const stages = stagesOf(WELL)
  expect(stages.map(({ name }) => name)).toEqual(
    'writer log disk wire readModels sealer streams webhooks postgres nats tasks'.split(' '),
  )
  expect(stages.filter(({ state, advice }) => state !== 'well' || advice)).toEqual([])
})

test('a stage that another process plays is not shown', () => {
  const { sealer: _, disk: _disk, ...rest } = WELL
  const names = stagesOf({ ...rest, webhooks: null, streams: null, engines: [] }).map(({ name }) => name)
  expect(names).toEqual(['writer', 'log', 'wire', 'readModels', 'tasks'])
})

test.each(CASES)('%s, %o: %s', (name, change, state, text) => {
  const stage = stagesOf({ ...WELL, ...change }).find((found) => found.name === name)
  expect([stage?.state, stage?.text]).toEqual([state, text])
})

test('every state has words, what is down has advice, and each value that they name is given', () => {
  const stages = [{}, ...CASES.map(([, change]) => change)].flatMap((change) =>
    stagesOf({ ...WELL, ...change }),
  )
  for (const { name, state, text, advice, values } of stages) {
    expect([name, admin.health.stage[name]]).toEqual([name, expect.any(String)])
    expect([text, admin.health[text]]).toEqual([text, expect.any(String)])
    expect([text, state === 'down' && !advice]).toEqual([text, false])
    expect([text, advice === undefined || advice in admin.health]).toEqual([text, true])
    const asked = [...admin.health[text]!.matchAll(/\{(\w+)\}/g)].map(([, value]) => value!)
    expect([text, asked.filter((value) => values?.[value] === undefined)]).toEqual([text, []])
  }
})
