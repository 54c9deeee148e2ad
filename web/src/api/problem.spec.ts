import { expect, test } from 'vitest'
import { Problem } from './problem'

const body = JSON.stringify({
  type: '/problems/validation',
  title: 'A rule refuses the request',
  status: 422,
  detail: 'Correct what `errors` names.',
  errors: [
    { pointer: '/to/0', detail: 'Nobody has this name.' },
    { pointer: '/body', detail: 'Write something.' },
  ],
})

test('each field has its sentence, also where the row is inside of it', () => {
  const problem = Problem.read(422, body, null)
  expect(problem.field('/to')).toBe('Nobody has this name.')
  expect(problem.field('/body')).toBe('Write something.')
  expect(problem.field('/subject')).toBeUndefined()
  expect(problem.kind).toBe('/problems/validation')
})

test('the wait is seconds or a date', () => {
  expect(Problem.read(429, '{}', '30').wait).toBe(30)
  expect(Problem.read(503, '{}', new Date(Date.now() + 60_000).toUTCString()).wait).toBeGreaterThan(50)
  expect(Problem.read(503, '{}', null).wait).toBeUndefined()
})

test('an answer that is no problem document is none the less a problem', () => {
  const problem = Problem.read(502, '<html>Bad gateway</html>', null)
  expect([problem.status, problem.detail, problem.isPassing]).toEqual([502, '', true])
})

test('what is wrong with the request does not pass by itself', () => {
  expect([0, 401, 429, 500, 503].map((status) => new Problem(status, '').isPassing)).not.toContain(false)
  expect([400, 403, 404, 409, 413, 422].map((status) => new Problem(status, '').isPassing)).not.toContain(
    true,
  )
})
