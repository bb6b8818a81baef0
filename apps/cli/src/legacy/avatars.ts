import { canBeSeen, shorten } from '@aisha/service';
import { olderTrainer } from '@aisha/core';
import { avatars } from '@aisha/db';
import { and, eq, sql } from 'drizzle-orm';
import type { Found } from './mapping.ts';
import type { People, Target } from './people.ts';
import type { Row, Source } from './source.ts';
import { Tally } from './tally.ts';
import { date, flag, idOf, subject, text } from './values.ts';

const LONGEST_NAME = 50;
const SHORTEST_NAME = 2;

type NewAvatar = typeof avatars.$inferInsert & { readonly id: string };

/**
 * Trained avatars, ready to draw with. Those made by FAL's withdrawn trainer keep the id of their fine-tune, which
 * still draws; LoRA files stay at FAL's address.
 * @param trigger the word that calls an avatar in a prompt, where its row names none
 */
export async function importAvatars(
  target: Target,
  source: Source,
  found: Found,
  people: People,
  trigger: string,
): Promise<Tally> {
  const tally = new Tally('avatars');
  /** Each owner's main avatar: the one marked so, or the first. */
  const main = new Map<number, { id: string; marked: boolean }>();
  for await (const rows of source.rows(found))
    for (const row of rows) {
      tally.read += 1;
      const ownerId = people.ownerOf(found.columns['userId'], row['userId']);
      const avatar = ownerId === null ? 'of nobody who was imported' : read(row, ownerId, trigger);
      if (typeof avatar === 'string') {
        tally.leaveOut(avatar);
        continue;
      }
      if (await keep(target, avatar)) tally.added += 1;
      else tally.there += 1;
      const marked = flag(row['isMain']);
      if (marked || !main.has(avatar.ownerId)) main.set(avatar.ownerId, { id: avatar.id, marked });
    }
  for (const [ownerId, { id }] of main)
    await target
      .update(avatars)
      .set({ isMain: true })
      .where(
        and(
          eq(avatars.id, id),
          sql`not exists (select 1 from ${avatars} one where one.owner_id = ${ownerId} and one.is_main)`,
        ),
      );
  return tally;
}

/** A row as ours, or why it is left out. */
function read(row: Row, ownerId: number, trigger: string): NewAvatar | string {
  const oldId = text(row['id']);
  const status = text(row['status'])?.toLowerCase() ?? '';
  if (oldId === null) return 'no id';
  if (/fail|error|delet|cancel/.test(status)) return 'failed or deleted';
  const kind = /style|стил/i.test(text(row['kind']) ?? '') ? 'style' : 'portrait';
  const finetuneId = text(row['finetuneId']);
  const loraUrl = addressOf(row['loraUrl']);
  if (finetuneId === null && loraUrl === null) return 'not trained';
  const trainedAt = date(row['trainedAt']) ?? date(row['createdAt']) ?? new Date();
  const name = shorten(text(row['name']) ?? '', LONGEST_NAME);
  return {
    id: idOf('avatar', oldId),
    ownerId,
    chatId: ownerId,
    kind,
    name: name.length < SHORTEST_NAME || !canBeSeen(name) ? `Avatar ${name}`.trim() : name,
    subject: kind === 'style' ? null : subject(row['gender']),
    state: 'ready',
    model: olderTrainer(kind, finetuneId !== null),
    modelUrl: finetuneId ?? loraUrl,
    trigger: text(row['trigger']) ?? trigger,
    createdAt: date(row['createdAt']) ?? trainedAt,
    trainedAt,
    // There are no photos to tidy away.
    tidiedAt: new Date(),
  };
}

/** False when it is here already. Two avatars of one name were possible there; the second gets a number. */
async function keep(target: Target, avatar: NewAvatar): Promise<boolean> {
  for (let n = 1; ; n += 1) {
    const suffix = n === 1 ? '' : ` ${n}`;
    const name = `${shorten(avatar.name, LONGEST_NAME - suffix.length)}${suffix}`;
    const [added] = await target
      .insert(avatars)
      .values({ ...avatar, name })
      .onConflictDoNothing()
      .returning({ id: avatars.id });
    if (added) return true;
    const [there] = await target.select({ id: avatars.id }).from(avatars).where(eq(avatars.id, avatar.id));
    if (there) return false;
  }
}

/** An address, also as FAL's own `{"url": …}`. */
function addressOf(value: unknown): string | null {
  const url = typeof value === 'object' && value !== null && 'url' in value ? value.url : value;
  const said = text(url);
  return said !== null && /^https?:\/\//.test(said) && URL.canParse(said) ? said : null;
}
