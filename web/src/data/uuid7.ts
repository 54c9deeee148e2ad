import { serviceTime } from '@/api/clock'

let last = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562) by the service's clock. Later ones are always greater, within a millisecond by a counter of 12 bits that
 * begins at random, so that ids sort as they were made.
 */
export function uuid7(now = serviceTime()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const view = new DataView(bytes.buffer)
  if (now > last) {
    last = now
    counter = view.getUint16(6) & 0x7ff
  } else if (++counter > 0xfff) {
    last += 1
    counter = 0
  }
  view.setUint32(0, Math.floor(last / 0x10000))
  view.setUint16(4, last % 0x10000)
  view.setUint16(6, 0x7000 | counter)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
