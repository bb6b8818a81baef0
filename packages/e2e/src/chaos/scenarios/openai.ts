import type { OpenAiFaultRule } from '@aisha/sandbox';
import { encodeSpeech } from '@aisha/sandbox';
import { expect } from 'vitest';
import { buttonData, hasButton, imagine } from '../load.ts';
import { expectPaidOnce, guest, pictureEnded, type Scenario, type Stage } from './scenario.ts';

const WORDS = 'olga writes the report until friday and we meet on monday at ten in the big room'.split(' ');

/** A voice message under a fault that strikes it alone, by a word of its own; its whole text comes all the same, once. */
const voice = (name: string, own: string, rule: OpenAiFaultRule, words = WORDS): Scenario => ({
  name: `OpenAI: ${name}`,
  async play(stage) {
    await stage.system.openai.addFault({ route: 'transcriptions', says: own, ...rule });
    const person = await guest(stage);
    const said = [own, ...words];
    const { id } = await person.media('voice', {
      bytes: await encodeSpeech(said, { format: 'ogg' }),
      name: 'voice.ogg',
      mime: 'audio/ogg',
    });
    stage.ledger.recordings.push({ chatId: person.id, messageId: id });
    const answer = await person.see(
      (message) => message.message.reply_to_message?.message_id === id && hasButton(message, /Summary/),
      'the transcript',
      { after: id, timeoutMs: 110_000 },
    );
    for (const word of said) expect(answer.text.toLowerCase()).toContain(word);
  },
});

export const VOICE_SCENARIOS: readonly Scenario[] = [
  voice('429 with a time to wait', 'alder', { fault: { kind: 'rate_limit', retryAfter: 1 }, times: 3 }),
  voice('the answer is lost with the connection', 'birch', { fault: { kind: 'reset_answer' }, times: 2 }),
  voice('a transcript cut short', 'cedar', { fault: { kind: 'truncate', share: 0.1 }, times: 1 }, [
    ...WORDS,
    ...WORDS,
    ...WORDS,
  ]),
  voice('503 as a page of the edge', 'elm', {
    fault: { kind: 'status', status: 503, html: true },
    times: 2,
  }),
];

/** Each takes a minute or more, nearly all of it waiting. */
export const PATIENT_SCENARIOS: readonly Scenario[] = [
  voice('no answer at all', 'hazel', { fault: { kind: 'hang' }, times: 1 }),
  voice('500, again and again', 'maple', { fault: { kind: 'server_error' }, times: 5 }),
];

const moderation = (name: string, word: string, rule: Omit<OpenAiFaultRule, 'route'>): Scenario => ({
  name: `OpenAI: ${name}`,
  async play(stage) {
    await stage.system.openai.addFault({ route: 'moderations', contains: word, ...rule });
    const person = await guest(stage);
    const prompt = `a garden with a ${word} ${person.id}`;
    stage.ledger.pictures.push({ chatId: person.id, prompt });
    await imagine(person, prompt);
    expectPaidOnce(await pictureEnded(stage, prompt, 90_000));
  },
});

const document = (name: string, word: string, rule: Omit<OpenAiFaultRule, 'route'>): Scenario => ({
  name: `OpenAI: ${name}`,
  async play(stage) {
    const person = await guest(stage);
    const answer = await textRecording(
      stage,
      person,
      `The ${word} is delivered on Friday by Olga. We meet at ten.`,
    );
    await stage.system.openai.addFault({ route: 'responses', contains: word, ...rule });
    await stage.system.openai.addFault({ route: 'chat', contains: word, ...rule });
    stage.ledger.documents.push({ chatId: person.id, data: buttonData(answer, /Summary/) });
    await person.pressOn(answer, /Summary/);
    await person.see(
      (message) => message.id > answer.id && /Key points|Summary/.test(message.text),
      'the summary',
      {
        after: answer.id,
        timeoutMs: 90_000,
      },
    );
  },
});

async function textRecording(stage: Stage, person: Awaited<ReturnType<typeof guest>>, text: string) {
  const { id } = await person.media('document', {
    bytes: Buffer.from(text),
    name: 'note.txt',
    mime: 'text/plain',
  });
  stage.ledger.recordings.push({ chatId: person.id, messageId: id });
  return person.see(
    (message) => message.message.reply_to_message?.message_id === id && hasButton(message, /Summary/),
    'the text',
    { after: id },
  );
}

/** Each struck by its own words alone. */
export const TEXT_SCENARIOS: readonly Scenario[] = [
  moderation('the check of a prompt answers 500', 'fountain', { fault: { kind: 'server_error' }, times: 3 }),
  moderation('the check of a prompt never answers', 'sundial', { fault: { kind: 'hang' }, times: 1 }),
  document('a document as broken JSON', 'turbine', { fault: { kind: 'invalid_json' }, times: 1 }),
  document('a document cut off', 'gearbox', { fault: { kind: 'length' }, times: 1 }),
  document('429 while a document is written', 'compressor', {
    fault: { kind: 'rate_limit', retryAfter: 1 },
    times: 3,
  }),
];
