import { parseArgs } from 'node:util';
import { loadParts } from '@aisha/config';
import { rotateWebhookSecret } from '@aisha/core';
import type { ExitStatus, Io } from '../command.ts';
import { withDatabase } from '../database.ts';

/** `aisha webhook-secret rotate`: what FAL is given from now on is signed with another secret; no webhook is lost. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  parseArgs({ args: [...args] });
  const { database } = loadParts('webhook-secret rotate', ['database'], io.env);
  const until = await withDatabase(database, 'aisha-webhook-secret', rotateWebhookSecret);
  io.out(
    until === null
      ? 'Another rotation made the new secret in the same moment.\n'
      : `New webhook addresses are signed with a new secret; those given out before are valid until ${until.toISOString()}.\n`,
  );
  return 0;
}
