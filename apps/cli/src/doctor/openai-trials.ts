import type { ModelUse, OpenAiClient } from '@aisha/providers';
import { z } from 'zod';
import { failed, type Finding, ok, warning } from './finding.ts';

const SPEECH_RATE = 16_000;

/** A second of a tone in a WAV: every server reads it, and no model hears a word in it. */
function tone(): Buffer {
  const samples = new Int16Array(SPEECH_RATE).map((_, n) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 440 * n) / SPEECH_RATE)),
  );
  const data = Buffer.from(samples.buffer);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SPEECH_RATE, 24);
  head.writeUInt32LE(SPEECH_RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

interface Outcome {
  readonly kind: string;
  readonly code?: string;
  readonly why?: string;
}

const MEND: Readonly<Record<Exclude<ModelUse, 'vision'>, string>> = {
  text: 'set OPENAI_MODEL to a model that writes JSON and that this key may use',
  speech:
    'set OPENAI_TRANSCRIBE_MODEL to a speech model that this key may use; the server needs /audio/transcriptions',
  moderation:
    'until it works no image is drawn: let the key use it, or set OPENAI_MODERATION=model where the server has no /moderations',
};

/** What the models are for is tried once each, with what costs a thousandth of a cent: whatever a list says, this is true. */
export async function tryModels(
  openai: OpenAiClient,
): Promise<{ readonly use: ModelUse; readonly finding: Finding }[]> {
  const schema = z.object({ answer: z.string() });
  const trials = [
    [
      'text',
      openai.completeJson({ schema, schemaName: 'trial', system: 'Answer with one word.', user: 'Hello' }),
    ],
    [
      'speech',
      openai.recogniser.transcribe({ audio: tone(), fileName: 'tone.wav', contentType: 'audio/wav' }),
    ],
    ['moderation', openai.moderate({ text: 'a lighthouse at dawn' })],
  ] as const;
  return Promise.all(trials.map(async ([use, trial]) => ({ use, finding: found(openai, use, await trial) })));
}

function found(openai: OpenAiClient, use: keyof typeof MEND, outcome: Outcome): Finding {
  const what = `${use} tried`;
  const model = openai.models[use];
  if (outcome.kind === 'ok') return ok(what, `${model} answers`);
  const said = [model, outcome.kind, outcome.code, outcome.why]
    .filter((part) => part !== undefined)
    .join(', ');
  // The tone is not to its taste, but it took it.
  const heard = use === 'speech' && ['bad-audio', 'too-short'].includes(outcome.code ?? '');
  if (heard) return warning(what, said, 'send a voice message as a test');
  return failed(
    what,
    said,
    outcome.kind === 'retry' ? 'see whether the server is well, and run it again' : MEND[use],
  );
}
