import { metric, Service } from '../house/service'
import { Person } from '../house/person'
import { seen, until } from '../house/see'
import { story, unique } from '../house/story'

story(
  'two tabs share one stream, and when its holder closes the other one takes over',
  async ({ browser }) => {
    // A service of its own, since its streams are counted.
    const service = await Service.start({ TIDINGS_THROTTLE: 'off' })
    try {
      const alice = await Person.meet(browser, service.url, unique('alice'))
      const bob = await Person.meet(browser, service.url, unique('bob'))
      const admin = await service.admin()
      const streams = () => metric(admin, 'tidings_streams')
      const { conversation_id } = await bob.api.send(alice.name, 'hello')
      const one = await alice.open(`/chats/${conversation_id}`)
      await until(streams, 1)
      const other = await alice.open(`/chats/${conversation_id}`)
      await bob.api.send(alice.name, 'to both')
      await seen(one.bubble('to both'))
      await seen(other.bubble('to both'))
      await until(streams, 1)

      await one.page.close()
      await bob.api.send(alice.name, 'to the one that is left')
      await seen(other.bubble('to the one that is left'))
      await until(streams, 1)
      await alice.context.close()
      await until(streams, 0)
    } finally {
      await service.stop()
    }
  },
)
