import { disclosures, type Db, type Tx } from '@aisha/db';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';

/** What somebody outside is given to work on. Only add: rows of other releases are read. */
export const GIVEN = ['photos', 'prompts', 'sound', 'texts'] as const;

const shape = z.object({
  receivers: z
    .array(
      z.object({
        name: z.string(),
        gets: z.array(z.enum(GIVEN)),
        /** Photos and pictures are shown to it, to be checked, described or read. */
        looks: z.boolean().optional(),
      }),
    )
    .catch([]),
  region: z.string().nullable().catch(null),
  backupDays: z.number().catch(7),
});
export type Disclosed = z.infer<typeof shape>;

const NAME = 'workers';

/** Says where data go, as this process is configured; the last that starts says it. */
export async function disclose(db: Pick<Db, 'insert'>, value: Disclosed): Promise<void> {
  await db
    .insert(disclosures)
    .values({ name: NAME, value })
    .onConflictDoUpdate({ target: disclosures.name, set: { value, updatedAt: sql`now()` } });
}

/** As the workers said it last; nothing where none has ever started. */
export async function disclosed(tx: Pick<Tx, 'select'>): Promise<Disclosed> {
  const [row] = await tx.select().from(disclosures).where(eq(disclosures.name, NAME));
  return shape.parse(row?.value ?? {});
}
