import type { FailureReason } from '@aisha/db';
import { readTextFile, type ScratchFolder } from '@aisha/media';
import type { Run, WorkerParts } from '../parts.ts';
import type { Order } from '../unit.ts';
import { keepTranscript } from './join.ts';
import { countKept } from '../spending/spending.ts';
import type { Recording } from './recordings.ts';
import { transcriptOfCues, transcriptOfText } from './transcript.ts';
import { waitsAs } from '../users/turns.ts';

/** A sent text takes the place of a transcript: the same history, the same documents. */
export async function keepText(
  parts: WorkerParts,
  recording: Recording,
  order: Order,
  { file, folder }: { readonly file: string; readonly folder: ScratchFolder },
  run: Run,
): Promise<FailureReason | null> {
  const text = await readTextFile(parts.media, {
    file,
    folder,
    owner: String(waitsAs(recording.ownerId)),
    signal: run.signal,
  });
  switch (text.kind) {
    case 'ok': {
      // Spoken texts are bounded by their paid calls.
      const { ownerId } = recording;
      const over = await parts.db.transaction((tx) => countKept(tx, ownerId, Buffer.byteLength(text.text)));
      if (over) return over;
      await keepTranscript(parts, recording, order, {
        text: text.text,
        transcript: text.cues ? transcriptOfCues(text.cues) : transcriptOfText(text.text),
      });
      return null;
    }
    case 'empty':
      return 'empty_file';
    case 'too_long':
      return 'text_too_long';
    case 'not_text':
    case 'scanned':
    case 'locked':
    case 'damaged':
    case 'too_costly':
      return text.kind;
    default:
      return text satisfies never;
  }
}
