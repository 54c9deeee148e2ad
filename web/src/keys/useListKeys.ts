import { onMounted, onUnmounted } from 'vue'
import { type ListKeys, offerListKeys } from './listKeys'

/** Keys of a list or a thread, while it is on the screen. */
export function useListKeys(keys: ListKeys): void {
  let stop: (() => void) | undefined
  onMounted(() => (stop = offerListKeys(keys)))
  onUnmounted(() => stop?.())
}
