import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { PASSWORD } from '../house/api'
import { Desk } from '../house/desk'
import { hold } from '../house/hold'
import { gone, seen, until } from '../house/see'
import { story, unique } from '../house/story'

story(
  'registering, writing, reading, deleting and undoing go by the keyboard alone',
  async ({ bob, stranger }) => {
    const name = unique('key')
    const page = await stranger.context.newPage()
    const desk = new Desk(page)
    const { keyboard } = page
    const type = (text: string) => keyboard.type(text)
    const press = async (...keys: string[]) => {
      for (const key of keys) await keyboard.press(key)
    }

    await page.goto('/register')
    await until(() => isFocused(desk.username), true)
    await type(name)
    await press('Tab', 'Tab')
    await type(PASSWORD)
    await press('Enter')
    await seen(desk.text('No conversations yet'))

    await press('c')
    const select = page.getByRole('combobox', { name: 'Select Username to chat' })
    await until(() => isFocused(select), true)
    await type(bob.name)
    await seen(page.getByRole('option', { name: bob.name }))
    await press('Enter')
    await tabTo(desk, 'Message')
    await type('by hand')
    await press('Control+Enter')
    await seen(desk.bubble('by hand'))

    await until(async () => (await bob.api.inbox()).length, 1)
    const { conversation_id } = (await bob.api.inbox())[0]!
    await bob.api.say(conversation_id, 'well typed')
    await seen(desk.bubble('well typed'))
    await press('Escape')
    await desk.chord('g', 'i')
    await seen(desk.row('well typed'))
    await press('j', 'x', '#')
    await gone(desk.row('well typed'))
    await seen(desk.toast.getByRole('button', { name: 'Undo' }))
    await press('z')
    await seen(desk.row('well typed'))
    await moveTo(desk, 'well typed')
    await press('Enter')
    await seen(desk.bubble('by hand'))

    await press('Escape')
    await desk.chord('g', 's')
    await seen(desk.row('by hand'))
    await press('?')
    await seen(desk.dialog)
    await press('Escape')
    await gone(page.getByRole('dialog'))
    await press('Control+k')
    await seen(desk.dialog)
    await type(bob.name)
    await press('Enter')
    await seen(desk.bubble('well typed'))
  },
)

story('keys do nothing while somebody types', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const desk = await alice.open(`/chats/${conversation_id}`)
  await seen(desk.bubble('hello'))
  await desk.writing.focus()
  await desk.page.keyboard.type('c/?gijkxz#nr')
  expect(await desk.writing.inputValue()).toBe('c/?gijkxz#nr')
  // Behind this nothing of what they would have done is still on its way.
  await desk.writing.press('Enter')
  await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['c/?gijkxz#nr'])
  await seen(desk.bubble('c/?gijkxz#nr'))
  expect(new URL(desk.page.url()).pathname).toBe(`/chats/${conversation_id}`)
  expect(await desk.page.getByRole('dialog').count()).toBe(0)
})

story('what is typed while a conversation is still on its way is written in it', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const desk = await alice.open('/inbox')
  const letGo = await hold(alice.context, '**/api/v1/conversations/*/messages*')
  await desk.chat(bob.name).click()
  await seen(desk.writing)
  await desk.page.keyboard.type('can you hear me?')
  expect(await desk.writing.inputValue()).toBe('can you hear me?')
  letGo()
  await seen(desk.bubble('hello'))
  expect(await desk.writing.inputValue()).toBe('can you hear me?')
  expect(new URL(desk.page.url()).pathname).toBe(`/chats/${conversation_id}`)
  await desk.page.keyboard.press('Enter')
  await until(async () => (await bob.api.inbox()).map(({ body }) => body), ['can you hear me?'])
})

story('what is typed while the switch is still on its way does nothing else', async ({ alice, bob }) => {
  await bob.api.send(alice.name, 'hello')
  const desk = await alice.open('/inbox')
  await seen(desk.row('hello'))
  const letGo = await hold(alice.context, '**/assets/QuickSwitch-*.js')
  const asked = desk.page.waitForRequest('**/assets/QuickSwitch-*.js')
  await desk.page.keyboard.press('Control+k')
  await asked
  await desk.page.keyboard.type('c?#')
  letGo()
  await seen(desk.dialog.getByRole('combobox'))
  await desk.page.keyboard.type(bob.name)
  await desk.page.keyboard.press('Enter')
  await seen(desk.bubble('hello'))
  await gone(desk.page.getByRole('dialog'))
  await until(() => isFocused(desk.writing), true)
})

story('who deletes by key goes on from the next row', async ({ alice, bob }) => {
  for (const word of ['one', 'two', 'three']) await bob.api.send(alice.name, word)
  const desk = await alice.open('/inbox')
  await seen(desk.row('three'))
  await desk.page.keyboard.press('j')
  await until(() => isFocused(desk.row('three').getByRole('link')), true)
  await desk.page.keyboard.press('j')
  await until(() => isFocused(desk.row('two').getByRole('link')), true)
  await desk.page.keyboard.press('#')
  await gone(desk.row('two'))
  await until(() => isFocused(desk.row('one').getByRole('link')), true)
  await desk.page.keyboard.press('Delete')
  await gone(desk.row('one'))
  await until(async () => (await alice.api.inbox()).map(({ body }) => body), ['three'])
})

const isFocused = (place: Locator) => place.evaluate((element) => element === document.activeElement)

/** As a person does who looks where the focus is. */
async function moveTo(desk: Desk, text: string): Promise<void> {
  await until(async () => {
    await desk.page.keyboard.press('j')
    return isFocused(desk.row(text).getByRole('link'))
  }, true)
}

/** As a person does who looks where the focus is. */
async function tabTo(desk: Desk, name: string): Promise<void> {
  const field = desk.page.getByRole('textbox', { name })
  await until(async () => {
    if (await isFocused(field)) return true
    await desk.page.keyboard.press('Tab')
    return false
  }, true)
}
