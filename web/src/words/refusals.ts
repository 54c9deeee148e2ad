import type { components } from '@/api/openapi'
import { words } from '.'

type Kind = components['schemas']['Problem']['type']

/** Every kind of problem that the API's description names, and our text for it. The compiler misses none. */
export const KINDS: Record<Kind, string> = {
  '/problems/bad-request': 'badRequest',
  '/problems/unauthorized': 'unauthorized',
  '/problems/forbidden': 'forbidden',
  '/problems/not-found': 'notFound',
  '/problems/method-not-allowed': 'methodNotAllowed',
  '/problems/not-acceptable': 'notAcceptable',
  '/problems/request-timeout': 'requestTimeout',
  '/problems/conflict': 'conflict',
  '/problems/gone': 'gone',
  '/problems/precondition-failed': 'preconditionFailed',
  '/problems/payload-too-large': 'payloadTooLarge',
  '/problems/uri-too-long': 'uriTooLong',
  '/problems/unsupported-media-type': 'unsupportedMediaType',
  '/problems/range-not-satisfiable': 'rangeNotSatisfiable',
  '/problems/validation': 'validation',
  '/problems/upgrade-required': 'upgradeRequired',
  '/problems/too-many-requests': 'tooManyRequests',
  '/problems/headers-too-large': 'headersTooLarge',
  '/problems/internal': 'internal',
  '/problems/unavailable': 'unavailable',
}

/**
 * What the service says to what this client asks, and our text for it: the kind alone would not say which rule it was. A test
 * looks for each of them in the service's own source. What it says beyond these is shown as it is.
 */
export const SENTENCES: Record<string, string> = {
  registrationClosed: 'Registration is closed here. Ask the operator for an account.',
  nameTaken: 'This username is taken.',
  wrongPair: 'The username or the password is wrong.',
  disabled: 'This account is disabled.',
  wrongPassword: 'This is not the present password.',
  passwordLong: 'A password has at most {most} characters.',
  passwordShort: 'A password has at least {least} characters.',
  passwordIsName: 'The password must not be the name.',
  passwordCommon: 'This password is among the first that anybody would try. A few words in a row are better.',
  username: 'A username is 1 to 32 of the characters A-Z a-z 0-9 _ . -',
  email: 'This is not an e-mail address.',
  name: 'A name has no control characters and no changes of direction.',
  noText: 'Write something.',
  noTitle: 'Give it a title.',
  tooLong: 'At most {most} characters are allowed.',
  noNul: 'The character U+0000 is not allowed.',
  missing: 'This field is missing.',
  nobody: 'Nobody is called {name}.',
  noRecipient: 'Name somebody.',
  tooManyPeople: 'This is more people than a group may have.',
  partnerErased: 'Somebody in this conversation has erased their account.',
  noReplied: 'There is no such message in this conversation.',
  fileEmpty: 'The file is empty.',
  fileLarge: 'A file may have at most 25 MiB.',
  fileGone: 'There is no such file of yours that can be sent. Upload it again.',
  fileTwice: 'This file is there twice.',
  fileSent: 'A file was sent with another message at the same time.',
  manyFiles: 'A message has at most {most} files.',
  pixels:
    'This picture has too many pixels to be cleaned of what it says about its maker. Make it smaller, or put it into an archive.',
  ownersOnly: 'Only an owner of the group can do this.',
  groupSmall: 'A group has at least two people.',
  groupFull: 'A group has at most 1,000 people.',
  lastOwner: 'A group needs an owner: make somebody else one first.',
  notSender: 'Only its sender can change a message.',
  takenBack: 'This message was taken back.',
  clockWrong: 'The time in the id is more than 5 minutes ahead, or more than 30 days back.',
  blockSelf: 'Nobody blocks themselves.',
  searchLetter: 'Search for a letter, a digit or a symbol at least.',
  searchLong: 'Search for at most {most} characters.',
  searchWords: 'Search for at most {most} words; put a sentence between quotation marks.',
}

const patterns = Object.entries(SENTENCES).map(([key, sentence]) => ({ key, pattern: patternOf(sentence) }))

function patternOf(sentence: string): RegExp {
  const escaped = sentence.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll(/\{(\w+)\}/g, '(?<$1>.+)')}$`)
}

/** Our own words for a sentence of the service's. */
export function inOwnWords(sentence: string): string | undefined {
  for (const { key, pattern } of patterns) {
    const match = pattern.exec(sentence)
    if (match) return words.t(`refused.${key}`, match.groups)
  }
  return undefined
}

/** Our own words for a kind of problem. */
export function wordsOfKind(kind: string): string | undefined {
  const key = (KINDS as Record<string, string>)[kind]
  return key && words.t(`refusedKind.${key}`)
}
