import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { de as deDates } from 'date-fns/locale/de'
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

/** Other languages are asked for when they are chosen. */
const others: Record<Exclude<Language, 'en'>, () => Promise<{ default: unknown }>> = {
  de: () => import('./de.json'),
}

const dates: Record<Language, Locale> = { en: enUS, de: deDates }

export const words = {
  plugin: i18n,
  t: i18n.global.t as (key: string, named?: Record<string, unknown>) => string,
  get language(): Language {
    return i18n.global.locale.value as Language
  },
  /** How dates are said in the language that is shown. */
  get dates(): Locale {
    return dates[words.language]
  },
}

export function followLanguage(): void {
  watch(() => useSettings().language, speak, { immediate: true })
}

async function speak(language: Language): Promise<void> {
  if (language !== 'en')
    i18n.global.setLocaleMessage(language, (await others[language]()).default as typeof en)
  i18n.global.locale.value = language
  document.documentElement.lang = language
}
