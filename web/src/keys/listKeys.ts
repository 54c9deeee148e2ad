/** What the list in the main pane does at a key; the panel of conversations where there is no other. */
export type ListKeys = Record<string, () => void>

const lists: ListKeys[] = []

/** Offers a list's keys for as long as it is shown; the one that came last is asked. */
export function offerListKeys(keys: ListKeys): () => void {
  lists.push(keys)
  return () => {
    const at = lists.indexOf(keys)
    if (at >= 0) lists.splice(at, 1)
  }
}

export function listKeys(): ListKeys {
  return Object.assign({}, ...lists) as ListKeys
}
