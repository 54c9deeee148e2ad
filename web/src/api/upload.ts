import { keepAccess, sessionIsOver } from './access'
import { Problem } from './problem'
import type { Attachment } from './types'

/** The most that the service takes, in bytes. */
export const LARGEST_FILE = 25 * 1024 * 1024
/** The most files of one message. */
export const MOST_FILES = 10

/** Uploads a file. `fetch` cannot tell how far it is, so this is the older way. */
export async function upload(
  file: Blob,
  name: string,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<Attachment> {
  if (!(await keepAccess())) {
    sessionIsOver()
    throw new Problem(401, '')
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/attachments')
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total ? loaded / total : 0))
    request.addEventListener('error', () => reject(Problem.unreachable()))
    request.addEventListener('abort', () => reject(Problem.unreachable()))
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as Attachment)
      else
        reject(Problem.read(request.status, request.responseText, request.getResponseHeader('Retry-After')))
    })
    signal?.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.append('file', file, name)
    request.send(form)
  })
}
