import type { Problem } from '@/api/problem'
import { words } from '@/words'

/** What to tell a person of a problem. */
export function sentenceOf(problem: Problem): string {
  if (problem.isUnreachable) return words.t(navigator.onLine ? 'problem.unreachable' : 'problem.offline')
  if (problem.status === 429) return words.t('problem.tooMany', { seconds: Math.ceil(problem.wait ?? 1) })
  if (problem.status === 503) return words.t('problem.maintenance')
  return problem.sentence || words.t('problem.unknown')
}
