import { defineStore } from 'pinia'
import { ref, watch } from 'vue'

export type Theme = 'system' | 'light' | 'dark'
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

/** What a person has chosen for this device. `skin/early.js` reads the theme before the first paint. */
export const useSettings = defineStore('settings', () => {
  const theme = stored<Theme>('theme', 'system')
  const language = stored<Language>('language', navigator.language.startsWith('de') ? 'de' : 'en')
  const notifications = stored('notifications', true)
  /** Single keys such as `c` and `/` can be in the way of dictation and of screen readers. */
  const keys = stored('keys', true)
  /** Whether the question about notifications has been answered. */
  const askedToNotify = stored('asked-to-notify', false)

  watch(theme, (chosen) => {
    if (chosen === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = chosen
  })

  return { theme, language, notifications, keys, askedToNotify }
})

function stored<T>(name: string, otherwise: T) {
  const key = `tidings.${name}`
  const value = ref(read<T>(key) ?? otherwise)
  watch(value, (chosen) => localStorage.setItem(key, JSON.stringify(chosen)))
  addEventListener('storage', (event) => {
    if (event.key === key) value.value = read<T>(key) ?? otherwise
  })
  return value
}

function read<T>(key: string): T | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '') as T
  } catch {
    return undefined
  }
}
