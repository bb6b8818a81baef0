import { notifications } from '@aisha/db';
import { jobs } from '@aisha/queue';
import { eq } from 'drizzle-orm';
import { makeExport } from '../exports/make.ts';
import { sendNotification } from '../notify/send.ts';
import type { TestBot } from './bot.ts';

const run = () => ({ signal: AbortSignal.timeout(30_000), lastAttempt: false });

/** Makes the files that were asked for and tells everything that is owed. */
export async function makeAndTell(bot: TestBot): Promise<void> {
  const asked = bot.enqueued.flatMap(({ name, payload }) =>
    name === 'export.make' ? (jobs['export.make'].schema.safeParse(payload).data ?? []) : [],
  );
  for (const { exportId } of asked) await makeExport(bot.parts, exportId, run());
  await tellAll(bot);
}

/** Tells everything that is owed. */
export async function tellAll(bot: TestBot): Promise<void> {
  const owed = await bot.parts.db.select().from(notifications).where(eq(notifications.state, 'pending'));
  for (const { id } of owed) await sendNotification(bot.parts, id, run());
}
