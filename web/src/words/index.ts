import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { enUS } from 'date-fns/locale/en-US'
import type { Locale } from 'date-fns'
import { type Language, useSettings } from '@/data/settings'
import en from './en.json'

const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en } as Record<string, typeof en>,
  missingWarn: false,
  fallbackWarn: false,
})

/** Other languages are asked for when they are chosen: their words, and how dates are said. */
const others: Record<Exclude<Language, 'en'>, () => Promise<[{ default: unknown }, Locale]>> = {
  de: () => Promise.all([import('./de.json'), import('date-fns/locale/de').then(({ de }) => de)]),
}

const dates: Partial<Record<Language, Locale>> = { en: enUS }

export const words = {
  plugin: i18n,
  t: i18n.global.t as (key: string, named?: Record<string, unknown>) => string,
  get language(): Language {
    return i18n.global.locale.value as Language
  },
  /** How dates are said in the language that is shown. */
  get dates(): Locale {
    return dates[words.language] ?? enUS
  },
}

/** Adds the words of a room that few enter: they come with it, in every language. */
export function learn(messages: Record<Language, object>): void {
  for (const [language, own] of Object.entries(messages)) i18n.global.mergeLocaleMessage(language, own)
}

export function followLanguage(): void {
  watch(() => useSettings().language, speak, { immediate: true })
}

async function speak(language: Language): Promise<void> {
  if (language !== 'en') {
    const [messages, locale] = await others[language]()
    // Merged: a room may have brought words of its own before.
    i18n.global.mergeLocaleMessage(language, messages.default as typeof en)
    dates[language] = locale
  }
  i18n.global.locale.value = language
  document.documentElement.lang = language
}
