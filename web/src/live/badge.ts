import { watchEffect } from 'vue'
import { useConversations } from '@/data/conversations'

const SIZE = 64

/** Shows how many messages are unread in the tab's title and icon. */
export function showUnread(): void {
  const conversations = useConversations()
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  const plain = icon?.href
  watchEffect(() => {
    const { unread } = conversations
    document.title = unread ? `(${unread}) tidings` : 'tidings'
    if (!icon || !plain) return
    icon.href = (unread && drawn(unread)) || plain
    icon.type = icon.href === plain ? 'image/svg+xml' : 'image/png'
  })
}

function drawn(unread: number): string | undefined {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIZE, height: SIZE })
  const pen = canvas.getContext('2d')
  if (!pen) return undefined
  pen.fillStyle = '#0f766e'
  pen.roundRect(0, 0, SIZE, SIZE, 16)
  pen.fill()
  pen.fillStyle = '#ffffff'
  pen.font = `700 ${unread > 9 ? 36 : 44}px system-ui, sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(unread > 99 ? '99' : String(unread), SIZE / 2, SIZE / 2 + 3)
  return canvas.toDataURL('image/png')
}
