import { documentSections, type FailureReason } from '@aisha/db';
import { TransientError } from '@aisha/service';
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { closedFor } from '../breaker/breaker.ts';
import { extendDeadline, noteSilence, orderUnderWay } from '../orders/orders.ts';
import { failOrWait } from '../orders/waiting.ts';
import type { Run, WorkerParts } from '../parts.ts';
import { countPaidCall, type PaidCall, textCost } from '../spending/spending.ts';
import { transact, type Unit } from '../unit.ts';
import { writing } from '../breaker/writing.ts';
import { ask, type Question } from './ask.ts';
import { volumeOf } from './cost.ts';
import { documentAndRecording } from './documents.ts';
import { documentKinds, kindOf } from './kinds/index.ts';
import { momentsIn, numbersIn, readMaterial, withKnownMoments } from './lines.ts';
import { addSections, mergeOf, type Section, sectionsIn } from './plan.ts';
import { halves } from './sections.ts';

/** One repeat of a call whose answer was of no use; the second such answer ends the order. */
const MOST_SPOILED = 2;

/** `document.section`: eight attempts, 3 s … 6 min between them. */
const RETRIED_MINUTES = 8;

/** A claim is short and renewed while the call is under way, so that what a dead process left is soon taken up. */
const CLAIM_MS = 15_000;
const RENEW_MS = 5_000;
const CLAIM = sql`now() + make_interval(secs => ${CLAIM_MS / 1_000})`;

/** Job: asks for one section, once; an answer that did not fit makes it two smaller ones. */
export async function writeSection(
  parts: WorkerParts,
  { documentId, sectionId }: { readonly documentId: string; readonly sectionId: string },
  run: Run,
): Promise<void> {
  const order = await orderUnderWay(parts.db, 'document', documentId);
  if (!order) return;
  const fail = (reason: FailureReason) => failOrWait(parts, order.id, reason);
  const closed = await closedFor(parts, writing(parts));
  if (closed) return fail(closed);
  const section = await claim(parts, sectionId);
  if (!section) return;
  /** Does away with the open section, and goes on with the document; its time is counted anew. */
  const resolved = (work: (unit: Unit) => Promise<void>) =>
    transact(parts, async (unit) => {
      await work(unit);
      await extendDeadline(unit, order);
      unit.enqueue('document.write', { documentId });
    });

  const release = keepClaim(parts, sectionId);
  try {
    const material = await materialOf(parts, section);
    if (!material) return;
    const call: PaidCall = {
      ownerId: order.ownerId,
      chatId: order.chatId,
      for: 'document',
      id: documentId,
      usd: costOf(parts, material.question),
    };
    const stop = await parts.db.transaction((tx) => countPaidCall(tx, parts.config.spending, call));
    if (stop) return await fail(stop);
    const answer = await ask(parts, material.question, call, run);
    switch (answer.kind) {
      case 'ok':
        return await resolved(async (unit) => {
          const result = withKnownMoments(answer.value, material.moments);
          await unit.tx.update(documentSections).set({ result }).where(open(sectionId));
        });
      case 'failed':
        return await fail(answer.reason);
      case 'silent':
        if (run.lastAttempt) return await fail('provider_down');
        await noteSilence(parts, order, RETRIED_MINUTES);
        throw new TransientError(
          `text model: ${answer.why}`,
          answer.afterMs === null ? {} : { retryAfterMs: answer.afterMs },
        );
      case 'length':
        if (material.smaller) return await resolved((unit) => split(unit, section, material.smaller ?? []));
        break;
      case 'invalid':
        break;
      default:
        return answer satisfies never;
    }
    const [spoiled] = await parts.db
      .update(documentSections)
      .set({ spoiled: sql`${documentSections.spoiled} + 1` })
      .where(open(sectionId))
      .returning();
    if ((spoiled?.spoiled ?? 0) >= MOST_SPOILED) return await fail('bad_result');
    throw new TransientError(`the text model answered ${answer.kind}`);
  } finally {
    await release();
  }
}

/** In US dollars; null of a kind of a newer release. */
function costOf({ config }: WorkerParts, { document, text }: Question): number | null {
  const known = kindOf(document.kind);
  return known && textCost(config.spending, volumeOf(documentKinds[known.kind], text.length));
}

const open = (id: string) => and(eq(documentSections.id, id), isNull(documentSections.result));

/** Null when there is nothing to ask for any more. While another run asks, this one comes back later. */
async function claim(parts: WorkerParts, id: string): Promise<Section | null> {
  const free = or(isNull(documentSections.claimedUntil), lt(documentSections.claimedUntil, sql`now()`));
  const [section] = await parts.db
    .update(documentSections)
    .set({ claimedUntil: CLAIM })
    .where(and(open(id), free))
    .returning();
  if (section) return section;
  if ((await parts.db.$count(documentSections, open(id))) === 0) return null;
  throw new TransientError('the section is asked for by another run', { retryAfterMs: CLAIM_MS });
}

/** Renews a claim until it is released. */
function keepClaim({ db, log }: WorkerParts, id: string): () => Promise<void> {
  const claimUntil = async (until: typeof CLAIM | null) => {
    await db.update(documentSections).set({ claimedUntil: until }).where(open(id));
  };
  let last = Promise.resolve();
  const timer = setInterval(() => {
    last = claimUntil(CLAIM).catch((error: unknown) => log.debug('a claim was not renewed', { error }));
  }, RENEW_MS);
  return async () => {
    clearInterval(timer);
    await last;
    await claimUntil(null).catch((error: unknown) => log.debug('a claim was not released', { error }));
  };
}

interface Material {
  readonly question: Question;
  /** The lines that an answer may name. */
  readonly moments: ReadonlySet<number>;
  /** What to ask for instead when the answer is too long; null when it is as small as can be. */
  readonly smaller: Parameters<typeof addSections>[2] | null;
}

/** What the model is given: a stretch of the text, or the documents over the sections below. */
async function materialOf(parts: WorkerParts, section: Section): Promise<Material | null> {
  const { documentId, level, from, to } = section;
  const found = await documentAndRecording(parts.db, documentId);
  if (!found) return null;
  const { speakers, text: whole } = await readMaterial(parts, found.recording);
  const names = speakers.filter((name) => name !== null);
  if (level === 0) {
    const text = whole.slice(from, to);
    const at = halves(text);
    const stretch = (start: number, end: number) => ({ level, from: start, to: end, result: null });
    return {
      question: { ...found, names, text, merging: false },
      moments: numbersIn(text),
      smaller: at === null ? null : [stretch(from, from + at), stretch(from + at, to)],
    };
  }
  const below = (await sectionsIn(parts.db, documentId)).filter(
    (one) => one.level === level - 1 && from <= one.from && one.to <= to,
  );
  const results = below.map(({ result }) => result);
  const middle = Math.ceil(below.length / 2);
  return {
    question: { ...found, names, text: JSON.stringify(results), merging: true },
    moments: new Set(momentsIn(results)),
    // Two cannot be merged in smaller steps.
    smaller:
      below.length > 2
        ? [below.slice(0, middle), below.slice(middle)].map((half) => mergeOf(level, half))
        : null,
  };
}

async function split(unit: Unit, section: Section, smaller: NonNullable<Material['smaller']>): Promise<void> {
  const gone = await unit.tx.delete(documentSections).where(open(section.id)).returning();
  if (gone.length > 0) await addSections(unit, section.documentId, smaller);
}
