import { EXPORTS_KEPT_DAYS, findDataExport } from '@aisha/core';
import type { OwedCall, Place } from '@aisha/db';
import { sendFile } from '../chat/files.ts';
import { sendScreen } from '../chat/screen.ts';
import { type RenderParts, voiceOf } from './order-ended.ts';

/** Everything that is kept of somebody, part by part, after a word on what it is. */
export async function exportMessages(
  parts: RenderParts,
  row: Place & { readonly userId: number },
  id: string,
): Promise<readonly OwedCall[]> {
  const found = await findDataExport(parts.db, id);
  if (!found) return [];
  const voice = await voiceOf(parts, row.userId);
  const day = found.made.createdAt.toISOString().slice(0, 10);
  const files = found.parts.flatMap(({ number, objectKey }) =>
    objectKey === null
      ? []
      : sendFile(row, {
          bucket: 'transcripts',
          key: objectKey,
          filename: found.parts.length === 1 ? `aisha-${day}.zip` : `aisha-${day}-${number}.zip`,
        }),
  );
  const text = voice.t('export.all.ready', { count: files.length, days: EXPORTS_KEPT_DAYS });
  return [sendScreen(row, { text }), ...files];
}
