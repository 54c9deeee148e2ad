/** Too short for the service, which decides; see its words for what it refuses besides. */
const SHORTEST = 8

/** A rough guess for whoever is choosing a password: 0 (refused) to 4. Length counts most, then how different its letters are. */
export function strengthOf(password: string, username: string): 0 | 1 | 2 | 3 | 4 {
  const letters = [...password]
  const isName = username !== '' && password.toLowerCase() === username.toLowerCase()
  if (letters.length < SHORTEST || isName) return 0
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length
  const variety = new Set(letters).size
  const score = letters.length * 0.7 + variety * 0.8 + kinds * 1.5
  if (variety < 4 || score < 13) return 1
  if (score < 18) return 2
  return score < 24 ? 3 : 4
}
