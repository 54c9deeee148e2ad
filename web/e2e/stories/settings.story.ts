import { expect } from 'vitest'
import { PASSWORD } from '../house/api'
import { PHONE } from '../house/browser'
import { hold } from '../house/hold'
import { gone, seen, until } from '../house/see'
import { story } from '../house/story'

story('another language speaks at once, and is still spoken after a reload', async ({ alice }) => {
  const desk = await alice.open('/settings')
  await desk.page.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch')
  await seen(desk.page.getByRole('heading', { name: 'Optionen' }))
  await until(() => desk.page.evaluate(() => document.documentElement.lang), 'de')
  await desk.page.reload()
  await seen(desk.page.getByRole('heading', { name: 'Optionen' }))
})

story('a theme holds against the system, and a reload is never white first', async ({ meet }) => {
  const alice = await meet('alice', { colorScheme: 'light' })
  const desk = await alice.open('/settings')
  const ground = () => desk.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await ground()
  await desk.page.getByText('Dark', { exact: true }).click()
  await until(async () => (await ground()) !== light, true)
  const dark = await ground()
  // Where the page's own scripts have not run yet.
  await alice.context.route('**/assets/index-*.js', (route) => route.abort())
  alice.complaints.expect(/ERR_FAILED/)
  await desk.page.reload()
  await until(ground, dark)
})

story('what is typed before the profile has come stays, and the rest of it comes', async ({ alice }) => {
  await alice.api.ask('PATCH', '/me', { first_name: 'Alice', last_name: 'Liddell' })
  const letGo = await hold(alice.context, '**/api/v1/me')
  const desk = await alice.open('/settings')
  const [first, last] = ['First name', 'Last name'].map((name) => desk.page.getByLabel(name))
  await first!.fill('Alicia')
  letGo()
  await until(() => last!.inputValue(), 'Liddell')
  expect(await first!.inputValue()).toBe('Alicia')
})

story('a new password lets this device stay and logs the others out', async ({ alice }) => {
  const desk = await alice.open('/settings')
  await desk.page.getByLabel('Current password', { exact: true }).fill(PASSWORD)
  await desk.page.getByLabel('New password', { exact: true }).fill('a lantern at noon')
  await desk.button('Change password').click()
  await seen(desk.text('Password changed'))
  await until(
    () => alice.api.inbox().then(String, (cause: Error) => /\b401\b/.exec(cause.message)?.[0]),
    '401',
  )
  await desk.go('Inbox')
  await seen(desk.text('Nothing here'))
})

story('on a phone one pane is shown at a time, and the way back leads to the list', async ({ meet, bob }) => {
  const alice = await meet('alice', { viewport: PHONE, hasTouch: true, isMobile: true })
  await bob.api.send(alice.name, 'hello')
  const desk = await alice.open('/chats')
  await desk.chat(bob.name).first().click()
  await seen(desk.bubble('hello'))
  await gone(desk.chat(bob.name))
  await desk.page
    .getByRole('button', { name: 'Back' })
    .or(desk.page.getByRole('link', { name: 'Back' }))
    .click()
  await seen(desk.chat(bob.name))
  await gone(desk.thread)
})

story('what is drafted on one device is there on another', async ({ alice, bob, again }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const desk = await alice.open(`/chats/${conversation_id}`)
  await desk.writing.fill('dear bob')
  await until(
    async () =>
      (await alice.api.ask<{ body: string } | undefined>('GET', `/conversations/${conversation_id}/draft`))
        ?.body,
    'dear bob',
  )
  const phone = await again(alice)
  const there = await phone.open(`/chats/${conversation_id}`)
  await until(() => there.writing.inputValue(), 'dear bob')
})

story('that somebody writes is shown, and goes away when nothing comes', async ({ alice, bob }) => {
  const { conversation_id } = await bob.api.send(alice.name, 'hello')
  const [alices, bobs] = [
    await alice.open(`/chats/${conversation_id}`),
    await bob.open(`/chats/${conversation_id}`),
  ]
  // It is shown for some seconds only, while typing may take long: whoever looks afterwards may come too late.
  await Promise.all([
    seen(alices.text(`${bob.name} is typing`)),
    bobs.writing.pressSequentially('I am thinking'),
  ])
  await bobs.writing.fill('')
  await gone(alices.text(`${bob.name} is typing`))
})

story('who is blocked does not get through, and is not told', async ({ alice, bob, meet }) => {
  const desk = await alice.open('/people')
  await desk.page.getByRole('searchbox', { name: 'Find people' }).fill(bob.name)
  // The answer is there: nothing moves any more under the hand.
  await until(() => desk.page.getByRole('main').getByRole('listitem').count(), 1)
  await desk.button(`More about ${bob.name}`).click()
  await desk.page.getByRole('menuitem', { name: 'Block' }).click()
  await seen(desk.text(`${bob.name} is blocked`))
  await bob.api.send(alice.name, 'are you angry?')
  // Behind this, the other one would be there as well.
  const carol = await meet('carol')
  await carol.api.send(alice.name, 'hello')
  await until(async () => (await alice.api.inbox()).map(({ body }) => body), ['hello'])
})
