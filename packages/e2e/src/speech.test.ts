import { encodeSpeech, wordsForMinutes } from '@aisha/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataOf, Person, says, type Upload } from './person.ts';
import { type Product, startProduct } from './product.ts';
import { leaks } from './secrets.ts';
import { hasButton, transcribe } from './steps.ts';
import { eventually } from './waiting.ts';
import { EN, RU, type Words } from './words.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'speech' });
});
afterAll(() => product.stop());

interface Talk {
  readonly text: string;
  readonly subject: RegExp;
  readonly task: RegExp;
  readonly owner: string;
}

const cases: [string, Words, Talk][] = [
  [
    'in Russian',
    RU,
    {
      text: 'Сегодня мы обсудили новый договор с поставщиком. Анна подготовит проект договора до пятницы. Решили подписать его в понедельник. Участвовали Анна и Сергей.',
      subject: /новый договор/,
      task: /договор/,
      owner: 'Анна',
    },
  ],
  [
    'in English',
    EN,
    {
      text: 'Today we discussed the new contract with our supplier. Kate will prepare the draft by Friday. We decided to sign it on Monday. Kate and John took part.',
      subject: /new contract/,
      task: /draft/,
      owner: 'Kate',
    },
  ],
];

describe.each(cases)('from a voice message to documents, %s', (_in, words, talk) => {
  let person: Person;
  let recordingId: string;

  test('the transcript is what was said, word for word, and is kept', async () => {
    person = await Person.join(product.telegram, 'Speaker', words.code);
    const text = await transcribe(person, words, 'voice', await voice(talk.text));
    expect(text.text).toBe(talk.text);
    [, recordingId = ''] = dataOf(text, words.summary).split(':');
    const [row] = await product.sql('select * from recordings where id = $1', [recordingId]);
    expect(row).toMatchObject({ source: 'voice', text: talk.text, owner_id: String(person.id) });
    const key = `${person.id}/recordings/${recordingId}/transcript.txt`;
    expect(row?.['transcript_key']).toBe(key);
    expect((await product.object('transcripts', key)).toString('utf8')).toBe(talk.text);
    // The status message became the text: nothing is left behind that says it was done.
    expect(text.edits.length).toBeGreaterThan(0);
    expect(await person.messages(says(words.done))).toEqual([]);
  });

  test('a summary, a to-do list and a protocol are made of it, with nothing that was not said', async () => {
    const summary = await order(words.summary);
    expect(summary.text).toMatch(talk.subject);
    const todo = await order(words.todo);
    expect(todo.text).toContain('☐');
    expect(todo.text).toMatch(talk.task);
    expect(todo.text).toContain(talk.owner);
    const protocol = await order(words.protocol);
    expect(protocol.text).toContain(talk.owner);
    expect(protocol.text).toMatch(words.absent);
    const rows = await product.sql('select kind, object_key from documents where recording_id = $1', [
      recordingId,
    ]);
    expect(new Set(rows.map((row) => row['kind']))).toEqual(new Set(['summary', 'todo', 'protocol']));
    for (const row of rows)
      JSON.parse((await product.object('transcripts', String(row['object_key']))).toString());
  });

  test('it is found again in the history, with its text as a file', async () => {
    const { id } = await person.write('/history');
    const list = await person.see(says(words.history), 'the history', { after: id });
    const press = await person.pressOn(list, new RegExp(talk.text.slice(0, 20)));
    expect(await person.toast(press)).toBe('');
    const card = await person.see(
      (message) => message.id === list.id && message.text.includes(talk.text),
      'the card of the recording',
    );
    await person.pressOn(card, words.asFile);
    const formats = await person.see(
      (message) => message.id === card.id && hasButton(message, /^TXT$/),
      'the formats of its text',
    );
    await person.pressOn(formats, /^TXT$/);
    const file = await person.see((message) => message.file?.kind === 'document', 'the text as a file', {
      after: id,
    });
    const text = new TextDecoder().decode(await person.download({ path: file.file?.path ?? '' }));
    // With its title and times: word for word once these are taken out.
    expect(text.replace(/\[[\d:]+\]\s/g, '').replace(/\s+/g, ' ')).toContain(talk.text.replace(/\s+/g, ' '));
  });

  /** Presses the button of a document under the newest result and waits for the document. */
  async function order(kind: RegExp) {
    const newest = await person.see((message) => hasButton(message, kind), 'the buttons of the documents');
    await person.pressOn(newest, kind);
    return person.see(
      (message) => kind.test(message.text) && hasButton(message, words.summary),
      `the document ${kind}`,
      { after: newest.id },
    );
  }
});

test('twelve minutes are cut into pieces at pauses and joined with no word lost or doubled', async () => {
  const person = await Person.join(product.telegram, 'Лектор', 'ru');
  // Every word is another one: a lost, doubled or misplaced one shows.
  const numbered = Array.from({ length: 2_000 }, (_, n) => `слово${n + 1}${n % 11 === 10 ? '.' : ''}`);
  const said = [...wordsForMinutes(numbered, 12)];
  expect(said.length).toBeGreaterThan(900);
  const bytes = await encodeSpeech(said, { format: 'mp3' });
  const askedBefore = (await product.openai.requests({ route: 'transcriptions' })).length;
  // A provider takes its time; progress that nobody could see is not shown.
  await product.openai.addFault({ route: 'transcriptions', fault: { kind: 'slow', ms: 1_500 }, times: null });
  const result = await transcribe(person, RU, 'audio', { bytes, name: 'лекция.mp3', mime: 'audio/mpeg' });
  await product.openai.clearFaults();
  // Too long for a message: its beginning is shown, and the file comes.
  expect(result.text).toContain('слово1 слово2 слово3');
  const { file } = await person.see((message) => message.file?.kind === 'document', 'the text as a file', {
    after: result.id,
  });
  expect(file?.name).toMatch(/лекция.*\.txt$/);
  const text = new TextDecoder().decode(await person.download({ path: file?.path ?? '' }));
  expect(text.split(/\s+/)).toEqual(said);

  const pieces = await product.sql(
    `select p.* from recording_pieces p join recordings r on r.id = p.recording_id where r.owner_id = $1 order by p.index`,
    [person.id],
  );
  expect(pieces.length).toBeGreaterThanOrEqual(3);
  for (const [n, piece] of pieces.entries())
    expect(piece['start_ms']).toBe(n === 0 ? 0 : pieces[n - 1]?.['end_ms']);
  const requests = await product.openai.requests({ route: 'transcriptions' });
  expect(requests.length - askedBefore).toBe(pieces.length);

  const told = result.edits.map(({ content }) => content.text ?? '');
  expect(told.some((line) => /Расшифровываю: \d+ из 1[23] мин/.test(line))).toBe(true);
});

test('a video and a text file in an old encoding are understood, too', async () => {
  const person = await Person.join(product.telegram, 'Мария', 'ru');
  const bytes = await encodeSpeech(['Видео', 'тоже', 'слышно.'], { format: 'mp4' });
  const video = await transcribe(person, RU, 'video', { bytes, name: 'clip.mp4', mime: 'video/mp4' });
  expect(video.text).toBe('Видео тоже слышно.');

  // «Привет, мир. Это файл.» in Windows-1251.
  const old = Buffer.from('cff0e8e2e5f22c20ece8f02e20ddf2ee20f4e0e9eb2e', 'hex');
  const file = await transcribe(person, RU, 'document', { bytes: old, name: 'old.txt', mime: 'text/plain' });
  expect(file.text).toBe('Привет, мир. Это файл.');
  await eventually('both are in the history', async () => {
    const rows = await product.sql('select 1 from recordings where owner_id = $1 and text is not null', [
      person.id,
    ]);
    return rows.length === 2;
  });
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});

/** A voice message as a Telegram client records it: Opus at 24 kbit/s in OGG. */
async function voice(text: string): Promise<Upload> {
  return {
    bytes: await encodeSpeech(text.split(' '), { format: 'ogg' }),
    name: 'voice.ogg',
    mime: 'audio/ogg',
  };
}
