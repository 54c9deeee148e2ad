import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import { DESKTOP, PHONE, PICTURES } from '../house/browser'
import { instrument, look, rest } from '../house/looks'
import { Person } from '../house/person'
import { Service } from '../house/service'
import { type Scene, stage } from '../house/scene'
import { seen } from '../house/see'
import { Desk } from '../house/desk'
import { story } from '../house/story'

/** Sharper, for those that are shown to others: TIDINGS_E2E_SCALE=2. */
const SCALE = Number(process.env.TIDINGS_E2E_SCALE ?? 1)
const THEMES = ['light', 'dark'] as const
const SIZES = { phone: PHONE, desktop: DESKTOP }

let service: Service
let scene: Scene

beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true })
  service = await Service.start({ TIDINGS_THROTTLE: 'off' })
  scene = await stage(service.url)
})
afterAll(() => service.stop())

/** Where each screen is, and what shows that it is complete. */
const SCREENS: Record<
  string,
  (scene: Scene) => { path: string; shows: string | RegExp; after?: (desk: Desk) => Promise<unknown> }
> = {
  chats: () => ({ path: '/chats', shows: 'Harbour choir' }),
  thread: ({ direct }) => ({ path: `/chats/${direct}`, shows: 'Yes! I will bring the drawings.' }),
  group: ({ group }) => ({ path: `/chats/${group}`, shows: 'Wonderful. See you all!' }),
  'right-to-left': ({ rightToLeft }) => ({ path: `/chats/${rightToLeft}`, shows: 'وصلت كلها، شكراً لك!' }),
  info: ({ group }) => ({ path: `/chats/${group}/info`, shows: 'tove' }),
  inbox: () => ({ path: '/inbox', shows: 'Lisbon' }),
  sent: () => ({ path: '/sent', shows: 'Count me in.' }),
  compose: () => ({ path: '/compose', shows: /Compose new message/ }),
  refused: () => ({
    path: '/compose',
    shows: /Compose new message/,
    after: async (desk) => {
      await desk.button('Send').click()
      await seen(desk.page.getByRole('alert'))
    },
  }),
  selected: () => ({
    path: '/inbox',
    shows: 'Lisbon',
    after: (desk) => desk.row('Lunch at one?').getByRole('checkbox').check(),
  }),
  people: () => ({ path: '/people', shows: 'João Magalhães' }),
  search: () => ({ path: '/search?q=engine', shows: 'engine' }),
  'search-nothing': () => ({ path: '/search?q=quetzalcoatl', shows: 'No hits' }),
  archived: () => ({ path: '/archived', shows: 'What you archive comes back' }),
  settings: () => ({ path: '/settings', shows: /Erase/ }),
  nowhere: () => ({ path: '/nowhere', shows: 'There is nothing at this address' }),
  help: () => ({ path: '/inbox', shows: 'Lisbon', after: (desk) => opened(desk, '?') }),
  switch: () => ({ path: '/inbox', shows: 'Lisbon', after: (desk) => opened(desk, 'Control+k') }),
}

async function opened(desk: Desk, key: string): Promise<void> {
  await desk.page.keyboard.press(key)
  await seen(desk.dialog)
}

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const options = {
      viewport,
      colorScheme: theme,
      deviceScaleFactor: SCALE,
      reducedMotion: 'reduce',
    } as const

    story(
      `every screen stands still and is open to everybody: ${theme}, ${size}`,
      async ({ browser }) => {
        const ada = await Person.at(browser, scene.ada, options)
        await instrument(ada.context)
        const desk = await ada.open('/')
        // Asked once a browser, and not part of any screen.
        await desk.button('Not now').click()
        const findings: string[] = []
        for (const [name, screen] of Object.entries(SCREENS)) {
          const { path, shows, after } = screen(scene)
          await desk.page.goto(path)
          // The panel beside it says some of it, too.
          const place = path === '/chats' ? desk.page : desk.page.getByRole('main')
          await seen(place.getByText(shows).filter({ visible: true }))
          await after?.(desk)
          await rest(desk)
          findings.push(...(await look(desk, `${name}-${theme}-${size}`)))
        }
        expect(findings).toEqual([])
        expect(ada.complaints.unexpected).toEqual([])
        await ada.context.close()
      },
      240_000,
    )

    story(`the screens of somebody who is new: ${theme}, ${size}`, async ({ meet }) => {
      const nobody = await meet('nobody', options)
      await instrument(nobody.context)
      const page = await nobody.context.newPage()
      const outside = new Desk(page)
      const findings: string[] = []
      for (const name of ['login', 'register']) {
        await page.goto(`/${name}`)
        await seen(outside.password)
        await rest(outside)
        findings.push(...(await look(outside, `${name}-${theme}-${size}`)))
      }
      await page.close()
      const desk = await nobody.open('/')
      for (const [name, shows] of [
        ['chats', 'No conversations yet'],
        ['inbox', 'Nothing here'],
        ['sent', 'Nothing here'],
      ] as const) {
        await desk.page.goto(`/${name}`)
        await seen(desk.text(shows).filter({ visible: true }))
        await rest(desk)
        findings.push(...(await look(desk, `${name}-empty-${theme}-${size}`)))
      }
      expect(findings).toEqual([])
    })
  }
}
