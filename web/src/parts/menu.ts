import type { Component } from 'vue'

/** A line of a menu. */
export interface MenuAction {
  label: string
  icon: Component
  run(): void
  danger?: boolean
}
