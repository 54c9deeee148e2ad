import { words } from '@/words'

const UNITS = ['byte', 'kilobyte', 'megabyte'] as const

/** "1.4 MB" */
export function sizeOf(bytes: number): string {
  const step = bytes < 1_000 ? 0 : bytes < 1_000_000 ? 1 : 2
  const style = { style: 'unit', unit: UNITS[step]!, maximumFractionDigits: step === 2 ? 1 : 0 } as const
  return new Intl.NumberFormat(words.language, style).format(bytes / 1000 ** step)
}

/** What a browser shows by itself, and the service keeps as a picture. */
export function isPicture(type: string): boolean {
  return ['image/png', 'image/jpeg', 'image/gif', 'image/webp'].includes(type)
}
