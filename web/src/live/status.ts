/** How the connection is. */
export type Status =
  | { name: 'connecting' }
  | { name: 'live' }
  /** Lost; tried again at a time, in milliseconds. */
  | { name: 'waiting'; until: number }
  /** This device has no network. */
  | { name: 'offline' }
  /** The service says that it is away for a moment. */
  | { name: 'maintenance'; until: number }
  /** The session has ended. */
  | { name: 'over' }
