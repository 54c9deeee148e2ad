import { onUnmounted, type Ref, watch } from 'vue'
import { api, ask } from '@/api/client'
import { useConversations } from '@/data/conversations'
import { useLive } from '@/live/live'
import { ReadMarks } from './ReadMarks'
import { useFocus } from './useFocus'

/** Marks a conversation as read while its end is in sight. */
export function useReadMarks(
  conversation: string,
  unread: Ref<string | undefined>,
  isAtEnd: Ref<boolean>,
): void {
  const hasFocus = useFocus()
  const live = useLive()
  const marks = new ReadMarks(async (upTo) => {
    const body = { conversation_id: conversation, up_to: upTo }
    await ask(api.POST('/api/v1/inbox/read', { body }))
    const conversations = useConversations()
    const read = conversations.conversations.get(conversation)?.unread ?? 0
    conversations.unread = Math.max(0, conversations.unread - read)
    conversations.patch(conversation, { unread: 0 })
  })
  watch(
    [unread, isAtEnd, hasFocus, () => live.status.name],
    () => marks.update(unread.value, isAtEnd.value && hasFocus.value && live.status.name !== 'over'),
    { immediate: true },
  )
  onUnmounted(() => marks.stop())
}
