import { words } from '.'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** "1.4 MB" */
export function sizeOf(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)))
  const style = { style: 'unit', unit: UNITS[step]!, maximumFractionDigits: step < 2 ? 0 : 1 } as const
  return new Intl.NumberFormat(words.language, style).format(bytes / 1000 ** step)
}
