/** What a browser shows by itself, and the service keeps as a picture. */
export function isPicture(type: string): boolean {
  return ['image/png', 'image/jpeg', 'image/gif', 'image/webp'].includes(type)
}
