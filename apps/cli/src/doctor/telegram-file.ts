import type { DatabaseConfig } from '@aisha/config';
import { recordings } from '@aisha/db';
import type { TelegramClient } from '@aisha/providers';
import { desc, lt } from 'drizzle-orm';
import { withAnyDatabase } from '../database.ts';
import { failed, type Finding, ok, warning } from './finding.ts';

const WHAT = 'files of the self-hosted server';
const SMALL = 2 * 1024 * 1024;

/** Fetches the newest small file that was sent, and forgets it: whether it can be read here shows in no other way. */
export async function checkFile(telegram: TelegramClient, database: DatabaseConfig | null): Promise<Finding> {
  const rows = database
    ? await withAnyDatabase(database, 'aisha-doctor', (db) =>
        db
          .select({ fileId: recordings.fileId })
          .from(recordings)
          .where(lt(recordings.fileSize, SMALL))
          .orderBy(desc(recordings.createdAt))
          .limit(1),
      ).catch(() => [])
    : [];
  const [newest] = rows;
  if (!newest)
    return ok(WHAT, 'not tried: nobody has sent one yet; send the bot a voice message, and run it again');
  const file = await telegram.downloadToBuffer(newest.fileId, { maxBytes: SMALL, timeoutMs: 30_000 });
  switch (file.kind) {
    case 'ok':
      return ok(WHAT, `one fetched, ${file.data.length} bytes`);
    case 'misplaced':
      return failed(WHAT, file.why, file.mend);
    case 'too-big':
    case 'gone':
      return warning(WHAT, `the newest is ${file.kind}`, 'send the bot a voice message, and run it again');
    case 'retry':
      return failed(WHAT, file.why, 'see whether the server may be reached from here, and TELEGRAM_API_ROOT');
    default:
      return file satisfies never;
  }
}
