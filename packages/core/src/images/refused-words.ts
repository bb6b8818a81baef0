import type { FailureReason } from '@aisha/db';
import { namesKnownPerson } from './named-people.ts';
import { undresses } from './undress.ts';

/** Why such words are drawn for nobody, as far as words alone tell; null: the models judge. */
export function refusedWords(prompt: string): Extract<FailureReason, 'undressing' | 'real_person'> | null {
  if (undresses(prompt)) return 'undressing';
  return namesKnownPerson(prompt) ? 'real_person' : null;
}
