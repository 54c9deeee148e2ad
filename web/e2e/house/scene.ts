import { Api } from './api'

/** Some weeks in a small office, as the pictures show it: long names, other scripts, emoji, a group. */
export interface Scene {
  ada: Api
  direct: string
  group: string
  /** Another direction of writing. */
  rightToLeft: string
}

const PEOPLE = {
  grace: ['Grace', 'Hopper'],
  linus: ['Linus', 'Pauling'],
  noor: ['نور', 'الهاشمي'],
  mei: ['美', '林'],
  'maximiliane.von.und.zu.hohenfels': ['Maximiliane Theodora', 'von und zu Hohenfels-Waldburg'],
  tove: ['Tove', 'Jansson'],
  joao: ['João', 'Magalhães'],
} as const

type Name = keyof typeof PEOPLE | 'ada'

export async function stage(url: string): Promise<Scene> {
  const ada = await Api.register(url, 'ada', { first_name: 'Ada', last_name: 'Lovelace' })
  const cast = { ada } as Record<Name, Api>
  for (const [name, [first_name, last_name]] of Object.entries(PEOPLE)) {
    cast[name as Name] = await Api.register(url, name, { first_name, last_name })
  }
  await cast.joao.send('ada', 'The tickets are in your pigeonhole. Window seat, as always.', {
    subject: 'Lisbon',
  })
  await cast['maximiliane.von.und.zu.hohenfels'].send(
    'ada',
    'A very long name deserves a very short message.',
  )
  await cast.mei.send('ada', '明天下午三点，老地方见。')
  await cast.noor.send('ada', 'صباح الخير! هل وصلت الرسائل أمس؟', { subject: 'رسائل الأمس' })
  const answer = await ada.send('noor', 'وصلت كلها، شكراً لك!')
  await ada.read(answer.conversation_id, answer.id)
  await cast.linus.send('ada', 'I read your notes twice. The second half is even better than the first 🎉', {
    subject: 'Your notes',
  })
  const group = await choir(cast)
  const direct = await talk(cast)
  return { ada, direct, group, rightToLeft: answer.conversation_id }
}

async function choir(cast: Record<Name, Api>): Promise<string> {
  const { id } = await cast.tove.group('Harbour choir', ['ada', 'grace', 'linus', 'joao'])
  await cast.tove.say(id, 'Rehearsal moves to eight on Thursday. The hall is taken until then.')
  await cast.linus.say(id, 'Fine by me.')
  await cast.joao.say(id, 'I will bring the new scores, and cake 🍰')
  await cast.grace.say(id, 'Then I will certainly come.')
  const promise = await cast.ada.say(id, 'Count me in.')
  const last = await cast.tove.say(id, 'Wonderful. See you all!')
  for (const reader of [cast.grace, cast.joao]) await reader.read(id, promise.id)
  await cast.ada.read(id, last.id)
  return id
}

async function talk({ ada, grace }: Record<Name, Api>): Promise<string> {
  const { conversation_id } = await grace.send('ada', 'Good morning! Did the engine survive the night?', {
    subject: 'The engine',
  })
  await ada.send('grace', 'It did. Three thousand cards and not one jam.')
  await ada.send('grace', 'I have to admit that I watched it until two.')
  await grace.send('ada', 'Of course you did 😄')
  await grace.send(
    'ada',
    'I found the moth, by the way. It sat in relay 70, panel F, and I have taped it into the log book so that nobody can say we made it up. The machine has run without a fault since.',
  )
  await ada.send('grace', 'First actual case of a bug being found.')
  await grace.send('ada', 'Lunch at one? The place by the water has opened again: https://example.org/menu')
  const { id } = await ada.send('grace', 'Yes! I will bring the drawings.')
  for (const reader of [ada, grace]) await reader.read(conversation_id, id)
  return conversation_id
}
