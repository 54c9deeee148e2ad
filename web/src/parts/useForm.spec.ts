import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem } from '@/api/problem'
import { useForm } from './useForm'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function formOf(send: () => Promise<void>, pointers: string[] = []) {
  let form!: ReturnType<typeof useForm<void>>
  const page = mount({
    setup() {
      form = useForm(send, pointers)
      return () => null
    },
  })
  return { form, page }
}

test('what a field shows is not said twice', async () => {
  const { form } = formOf(
    () => Promise.reject(new Problem(422, 'Correct it.', { '/title': 'Too long.' })),
    ['/title'],
  )
  await form.submit()
  expect([form.field('/title'), form.sentence.value]).toEqual(['Too long.', undefined])
})

test('what no field shows is said in one sentence', async () => {
  const { form } = formOf(() => Promise.reject(new Problem(401, 'The username or the password is wrong.')))
  await form.submit()
  expect(form.sentence.value).toBe('The username or the password is wrong.')
})

test('who is told to wait sees how much longer, and cannot try before', async () => {
  const send = vi.fn<() => Promise<void>>(() => Promise.reject(new Problem(429, '', {}, 2)))
  const { form } = formOf(send)
  await form.submit()
  expect(form.sentence.value).toContain('2 s')
  vi.advanceTimersByTime(1_000)
  expect(form.sentence.value).toContain('1 s')
  await form.submit()
  expect(send).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(1_000)
  expect([form.sentence.value, form.wait.value]).toEqual([undefined, 0])
  await form.submit()
  expect(send).toHaveBeenCalledTimes(2)
})

test('a form is sent once, however often it is asked for', async () => {
  let go = (): void => undefined
  const send = vi.fn<() => Promise<void>>(() => new Promise((resolve) => (go = resolve)))
  const { form } = formOf(send)
  void form.submit()
  void form.submit()
  expect([send.mock.calls.length, form.busy.value]).toEqual([1, true])
  go()
})
