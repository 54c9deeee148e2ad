import type { Problem } from '@/api/problem'
import { words } from '@/words'
import { inOwnWords, wordsOfKind } from '@/words/refusals'

/** What to tell a person of a problem. */
export function sentenceOf(problem: Problem): string {
  if (problem.isUnreachable) return words.t(navigator.onLine ? 'problem.unreachable' : 'problem.offline')
  if (problem.status === 429) return words.t('problem.tooMany', { seconds: Math.ceil(problem.wait ?? 1) })
  if (problem.status === 503) return words.t('problem.maintenance')
  return (problem.sentence && textOf(problem)) || words.t('problem.unknown')
}

/** In our own words where we have some; what names a field says more than the kind does. */
function textOf({ sentence, fields, kind }: Problem): string {
  const isOfField = Object.keys(fields).length > 0
  return inOwnWords(sentence) ?? (isOfField ? undefined : wordsOfKind(kind)) ?? sentence
}

/** What is said beside a field. */
export function fieldOf(problem: Problem, pointer: string): string | undefined {
  const sentence = problem.field(pointer)
  return sentence && (inOwnWords(sentence) ?? sentence)
}
