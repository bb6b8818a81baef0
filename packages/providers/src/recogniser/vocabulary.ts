/** Characters that services refuse in a term. */
const REFUSED = /[<>{}[\]\\]/g;

/** A person's terms as Scribe takes them, at ElevenLabs and at FAL: so many, each below 50 characters and of five words at most. */
export function keyterms(vocabulary: readonly string[], most: number): string[] {
  const clean = vocabulary.map((term) => term.replaceAll(REFUSED, ' ').replaceAll(/\s+/g, ' ').trim());
  const taken = clean.filter((term) => term !== '' && term.length < 50 && term.split(' ').length <= 5);
  return [...new Set(taken)].slice(0, most);
}
