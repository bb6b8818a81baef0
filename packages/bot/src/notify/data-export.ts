import { EXPORTS_KEPT_DAYS, findDataExport, findUser, type WorkerParts } from '@aisha/core';
import type { OwedCall, Place } from '@aisha/db';
import { button } from '../buttons.ts';
import { sendFile } from '../chat/files.ts';
import { sendScreen } from '../chat/screen.ts';
import { leavingScreen } from '../menu/screens.ts';
import { type RenderParts, voiceOf } from './order-ended.ts';

export type ExportedParts = RenderParts & {
  readonly storage: WorkerParts['storage'];
  readonly config: Pick<WorkerParts['config'], 'privacy'>;
};

/** Telegram's limit is a hundred buttons; the others are below. */
const MOST_LINKS = 90;

/** Everything that is kept of somebody, part by part, after a word on what it is; or links to it. */
export async function exportMessages(
  parts: ExportedParts,
  row: Place & { readonly userId: number },
  id: string,
): Promise<readonly OwedCall[]> {
  const found = await findDataExport(parts.db, id);
  if (!found) return [];
  const voice = await voiceOf(parts, row.userId);
  const day = found.made.createdAt.toISOString().slice(0, 10);
  const zips = found.parts.flatMap(({ number, objectKey, bytes }) =>
    objectKey === null
      ? []
      : [
          {
            number,
            bytes: bytes ?? 0,
            object: { bucket: 'transcripts', key: objectKey } as const,
            filename: found.parts.length === 1 ? `aisha-${day}.zip` : `aisha-${day}-${number}.zip`,
          },
        ],
  );
  if (!found.made.asLinks) {
    const text = voice.t('export.all.ready', { count: zips.length, days: EXPORTS_KEPT_DAYS });
    return [
      sendScreen(row, { text }),
      ...zips.flatMap(({ object, filename }) => sendFile(row, { ...object, filename })),
    ];
  }
  const hours = parts.config.privacy.linkHours;
  const links = await Promise.all(
    zips.slice(0, MOST_LINKS).map(async ({ number, bytes, object, filename }) => {
      const url = await parts.storage.signedUrl(object.bucket, object.key, {
        expiresSeconds: hours * 3_600,
        downloadName: filename,
      });
      const label = number === 1 ? 'export.link.data' : 'export.link.files';
      return [{ text: voice.label(label, { number: number - 1, size: voice.size(bytes) }), url }];
    }),
  );
  const ends = voice.date(new Date(Date.now() + hours * 3_600_000));
  const days = EXPORTS_KEPT_DAYS;
  const user = await findUser(parts.db, row.userId);
  // Who leaves with it has the time of these links.
  const leaving =
    user?.leavingAt && user.leavingAt > new Date() ? leavingScreen(voice, user.leavingAt) : null;
  const text = voice.t('export.all.links', { count: links.length, ends, days });
  return [
    sendScreen(row, {
      text: leaving ? `${text}\n\n${leaving.text}` : text,
      buttons: [
        ...links,
        [button(voice.label('export.link.again'), 'export.link', id)],
        ...(leaving?.buttons ?? []),
      ],
    }),
  ];
}
