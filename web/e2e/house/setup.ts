import type { TestProject } from 'vitest/node'
import { Service } from './service'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the service is that most stories share. */
    url: string
    /** Where its operator looks. */
    admin: string
  }
}

/** One service for all stories: each makes people of its own. */
export default async function setup(project: TestProject) {
  const service = await Service.start({ TIDINGS_THROTTLE: 'off' })
  project.provide('url', service.url)
  project.provide('admin', await service.admin())
  return () => service.stop()
}
