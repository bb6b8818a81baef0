import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { loadParts } from '@aisha/config';
import { askErasure, askExport, eraseAgain, findDataExport, noteAction, type User } from '@aisha/core';
import { erasures } from '@aisha/db';
import { pseudonymOf, silentLogger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { eq } from 'drizzle-orm';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, type Till, withTill } from '../money/unit.ts';

interface Options {
  readonly json?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly to?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** What stands for somebody in the logs. */
export const inLogs = (io: Io, id: number): string =>
  pseudonymOf(loadParts('user', ['telegram'], io.env).telegram.token, id);

/** How often it is looked whether the workers are done. */
const LOOK_MS = 1_000;
const LONGEST_LOOKS = 3_600;

/** `aisha user erase <who> --reason … --yes`: everything of theirs goes, now; the workers do it, this waits for them. */
export async function erasePerson(
  io: Io,
  { db, transact }: Till,
  { id, language }: User,
  { reason, yes, json }: Options,
): Promise<ExitStatus> {
  if (!reason) throw new UsageError('erase needs a --reason: who asked for it, and when');
  if (!yes) throw new UsageError('nobody can bring back what is erased: say --yes');
  const erasure = await transact(async (unit) => {
    const asked = await askErasure(unit, { userId: id, askedBy: 'operator', language, now: true });
    // Its row loses the number with the rest, and stays: what operators do is audited.
    await noteAction(unit, 'cli', { action: 'user.erase', userId: id, reason, about: { erasure: asked.id } });
    return asked;
  });
  for (let n = 0; n < LONGEST_LOOKS; n += 1) {
    const [now] = await db.select().from(erasures).where(eq(erasures.id, erasure.id));
    if (now?.state === 'done') {
      say(io, json, { erasure: erasure.id, done: true }, `erased (${erasure.id})\n`);
      return 0;
    }
    await wait(LOOK_MS);
  }
  throw new Trouble(
    'the workers have not erased it within an hour',
    'their logs say which step it waits for',
  );
}

/** `aisha user export <who> --to <folder> --reason …`: everything that is kept of them, as zips. */
export async function exportPerson(
  io: Io,
  { db, transact }: Till,
  { id: userId }: User,
  { reason, to, json }: Options,
): Promise<ExitStatus> {
  if (!to) throw new UsageError('export needs --to: the folder for the files');
  if (!reason) throw new UsageError('export needs a --reason: who asked for it, and when');
  const { id } = await transact(async (unit) => {
    const asked = await askExport(unit, { userId, chatId: null });
    await noteAction(unit, 'cli', { action: 'user.export', userId, reason, about: { export: asked.id } });
    return asked;
  });
  for (let n = 0; n < LONGEST_LOOKS; n += 1) {
    const found = await findDataExport(db, id);
    if (!found || found.made.state === 'failed')
      throw new Trouble('the export failed', 'the workers’ logs say why; try again');
    if (found.made.state === 'ready') {
      const files = await fetchParts(io, to, found.parts);
      say(io, json, { export: id, files }, `${files.join('\n')}\n`);
      return 0;
    }
    await wait(LOOK_MS);
  }
  throw new Trouble('the workers have not made it within an hour', 'their logs say why');
}

async function fetchParts(
  io: Io,
  folder: string,
  parts: readonly { readonly number: number; readonly objectKey: string | null }[],
): Promise<string[]> {
  const { storage: config } = loadParts('user export', ['storage'], io.env);
  const storage = createStorage(config, { log: silentLogger });
  const files: string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const { number, objectKey } of parts) {
      const stream = objectKey === null ? null : await storage.getStream('transcripts', objectKey);
      if (!stream) throw new Trouble('a part of the export is gone', 'export again');
      const file = join(folder, `part-${number}.zip`);
      await pipeline(stream, createWriteStream(file, { mode: 0o600 }));
      files.push(file);
    }
  } finally {
    storage.close();
  }
  return files;
}

/** `aisha user erase-again`: whoever had left before this database was restored from a backup leaves again. */
export async function eraseAllAgain(io: Io, json: boolean | undefined): Promise<ExitStatus> {
  const { privacy } = loadParts('user', ['privacy'], io.env);
  const found = await withTill('user', io, ({ transact }) =>
    transact((unit) => eraseAgain(unit, privacy.key)),
  );
  say(io, json, { again: found }, `${found} who had left leave again; the workers erase them\n`);
  return 0;
}
