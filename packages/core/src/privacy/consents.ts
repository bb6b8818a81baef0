import { createHash } from 'node:crypto';
import { consents, type Language } from '@aisha/db';
import type { Unit } from '../unit.ts';

/** Keeps what somebody agreed to, in the words that they were shown. */
export async function noteConsent(
  { tx }: Pick<Unit, 'tx'>,
  consent: {
    readonly userId: number;
    readonly what: 'avatar';
    readonly subjectId: string;
    readonly language: Language;
    readonly text: string;
  },
): Promise<void> {
  await tx.insert(consents).values({ ...consent, version: versionOf(consent.text) });
}

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
