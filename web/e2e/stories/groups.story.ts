import { expect } from 'vitest'
import { seen, until } from '../house/see'
import { story } from '../house/story'

story(
  'several names and a title make a group, in which everybody hears and sees who speaks',
  async ({ alice, bob, meet }) => {
    const carol = await meet('carol')
    const desk = await alice.open('/compose')
    const select = desk.page.getByRole('combobox', { name: 'Select Username to chat' })
    for (const { name } of [bob, carol]) {
      await select.fill(name)
      await desk.page.getByRole('option', { name }).click()
    }
    await desk.page.getByRole('textbox', { name: 'Group title' }).fill('The choir')
    await desk.writing.fill('Rehearsal at eight.')
    await desk.button('Send').click()
    await seen(desk.bubble('Rehearsal at eight.'))

    const bobs = await bob.open()
    await bobs.chat('The choir').first().click()
    await seen(bobs.bubble('Rehearsal at eight.'))
    await seen(bobs.thread.getByText(alice.name))
    await bobs.say('I will be late.')
    await seen(desk.bubble('I will be late.'))
    await until(
      async () => (await carol.api.inbox()).map(({ body }) => body),
      ['I will be late.', 'Rehearsal at eight.'],
    )
  },
)

story(
  'the owner renames the group, adds and removes people, and others are told who may',
  async ({ alice, bob, meet }) => {
    const carol = await meet('carol')
    const { id } = await alice.api.group('The choir', [bob.name])
    await alice.api.say(id, 'welcome')
    const desk = await alice.open(`/chats/${id}/info`)
    await seen(desk.text(bob.name))

    await desk.page.getByRole('textbox', { name: 'Group title' }).fill('The small choir')
    await desk.button('Rename').click()
    await until(
      async () => (await bob.api.ask<{ title: string }>('GET', `/conversations/${id}`)).title,
      'The small choir',
    )

    await desk.button('Add people').click()
    await desk.dialog.getByRole('combobox').fill(carol.name)
    await desk.page.getByRole('option', { name: carol.name }).click()
    await desk.dialog.getByRole('button', { name: 'Add' }).click()
    await until(
      async () => members(await carol.api.ask('GET', `/conversations/${id}`)),
      [alice.name, bob.name, carol.name].toSorted(),
    )
  },
)

story(
  'the ticks of a message to a group count who has read it, and name them',
  async ({ alice, bob, meet }) => {
    const carol = await meet('carol')
    const { id } = await alice.api.group('The choir', [bob.name, carol.name])
    const desk = await alice.open(`/chats/${id}`)
    await desk.say('Rehearsal at eight.')
    await seen(desk.bubble('Rehearsal at eight.'))
    const ticks = desk.thread.getByRole('img', { name: /^Read by/ })
    await until(() => ticks.getAttribute('aria-label'), 'Read by 0, delivered to 0 of 2')

    // Whoever has a window open gets it; whoever opens the conversation reads it.
    const bobs = await bob.open('/settings')
    await seen(bobs.chat('The choir'))
    await until(() => ticks.getAttribute('aria-label'), 'Read by 0, delivered to 1 of 2')
    await bobs.chat('The choir').first().click()
    await until(() => ticks.getAttribute('aria-label'), 'Read by 1, delivered to 1 of 2')
    expect(await ticks.textContent()).toBe('1/2')
    await ticks.hover()
    await until(
      () => ticks.getAttribute('title'),
      [`Read: ${bob.name}`, `Not delivered yet: ${carol.name}`].join('\n'),
    )

    const carols = await carol.open(`/chats/${id}`)
    await seen(carols.bubble('Rehearsal at eight.'))
    await until(() => ticks.getAttribute('aria-label'), 'Read by 2, delivered to 2 of 2')
    expect(await ticks.textContent()).toBe('')
    await desk.page.mouse.move(0, 0)
    await ticks.hover()
    await until(
      () => ticks.getAttribute('title').then((title) => title?.split(/: |, /).toSorted()),
      ['Read', bob.name, carol.name].toSorted(),
    )
  },
)

const members = (conversation: { members: { username: string }[] }) =>
  conversation.members.map(({ username }) => username).toSorted()
