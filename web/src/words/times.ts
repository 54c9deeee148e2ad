import { formatDistance } from 'date-fns/formatDistance'
import { ref } from 'vue'
import { words } from '.'

/** The time that is shown: moves on twice a minute. */
export const now = ref(Date.now())
setInterval(() => (now.value = Date.now()), 30_000)

/** What is younger rounds to no minute. */
const HALF_A_MINUTE = 30_000

/** "just now", "33 minutes ago". A clock that is behind never shows the future. */
export function ago(time: string | number, at = now.value): string {
  const then = new Date(time).getTime()
  if (at - then < HALF_A_MINUTE) return words.t('time.now')
  return formatDistance(then, at, { addSuffix: true, locale: words.dates })
}

export function clockTime(time: string | number): string {
  return format({ hour: 'numeric', minute: '2-digit' }, time)
}

/** For lists: the time today, the weekday within a week, else the date. */
export function shortTime(time: string | number, at = now.value): string {
  const date = new Date(time)
  const days = daysBetween(date, new Date(at))
  if (days === 0) return clockTime(time)
  if (days > 0 && days < 7) return format({ weekday: 'short' }, time)
  const isThisYear = date.getFullYear() === new Date(at).getFullYear()
  return format({ day: 'numeric', month: 'short', ...(!isThisYear && { year: 'numeric' }) }, time)
}

/** For the lines between days. */
export function dayName(time: string | number, at = now.value): string {
  const date = new Date(time)
  const days = daysBetween(date, new Date(at))
  if (days === 0) return words.t('time.today')
  if (days === 1) return words.t('time.yesterday')
  const isThisYear = date.getFullYear() === new Date(at).getFullYear()
  return format(
    { weekday: 'long', day: 'numeric', month: 'long', ...(!isThisYear && { year: 'numeric' }) },
    time,
  )
}

/** In full, for whoever wants to know exactly. */
export function wholeTime(time: string | number): string {
  return format({ dateStyle: 'full', timeStyle: 'short' }, time)
}

function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(options: Intl.DateTimeFormatOptions, time: string | number): string {
  const key = words.language + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale(), withOwnHours(options))))
  return found.format(new Date(time))
}

/** The language that is shown, as it is spoken where this browser is at home. */
function locale(): string {
  return navigator.languages.find((own) => own.startsWith(words.language)) ?? words.language
}

/** Whoever reads English need not count to twelve: hours are as the browser's own language has them. */
function withOwnHours(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions {
  if (!options.hour && !options.timeStyle) return options
  const { hourCycle } = new Intl.DateTimeFormat(navigator.language, { hour: 'numeric' }).resolvedOptions()
  return { ...options, hourCycle }
}
