import { encodeSpeech } from '@aisha/sandbox';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person, says, type Upload } from '../person.ts';
import { type Product, startProduct } from '../product.ts';
import { leaks } from '../secrets.ts';
import { hasButton, transcribe } from '../steps.ts';
import { EN, RU } from '../words.ts';
import { record, type SpeechOptions } from './sounds.ts';

/**
 * What people really have, sent to the running product: reported inputs (their number stands before them) and close
 * relatives. Sound is coded speech that the stand-in understands, so the words that come back are the very words said.
 */
let product: Product;
beforeAll(async () => {
  product = await startProduct({ name: 'cases-recordings' });
});
afterAll(() => product.stop());

const SAID = 'Анна до пятницы подготовит отчёт. Иван проверит бюджет.';
const SECOND = 'Встречаемся снова во вторник утром.';

interface Case {
  readonly kind?: 'voice' | 'audio' | 'video' | 'document';
  readonly name: string;
  readonly mime?: string;
  readonly bytes: () => Promise<Buffer> | Buffer;
  /** The whole text that comes back. */
  readonly text: string;
}

/** A recording of SAID (or of `texts`) by ffmpeg's words. */
const sound = (
  name: string,
  ffmpeg: string,
  more: {
    mime?: string;
    kind?: Case['kind'];
    as?: string;
    texts?: string[];
    text?: string;
    speech?: SpeechOptions;
    spoil?: (bytes: Buffer) => Buffer;
  } = {},
): Case => {
  const { texts = [SAID], as = name, mime, kind, text = texts.join(' '), speech, spoil } = more;
  return {
    name,
    text,
    ...(mime === undefined ? {} : { mime }),
    ...(kind === undefined ? {} : { kind }),
    bytes: () =>
      record({
        texts,
        ffmpeg,
        file: as.replaceAll(' ', '_'),
        ...(speech && { speech }),
        ...(spoil && { spoil }),
      }),
  };
};
const text = (name: string, bytes: Buffer | string, expected: string, mime = 'text/plain'): Case => ({
  name,
  mime,
  bytes: () => Buffer.from(bytes),
  text: expected,
});

const MP4 = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac';
const PICTURE = '-f lavfi -i color=s=160x90:r=5:d=8';
const UNKNOWN = 'application/octet-stream';

const FORMATS: [string, Case][] = [
  [
    'A8 a Voice Memo of an iPhone as .qta',
    sound('New Recording 7.qta', '-i $1 -c:a aac', { as: 'memo.mov', mime: UNKNOWN }),
  ],
  [
    'A8 the same without any extension',
    sound('New Recording', '-i $1 -c:a aac', { as: 'memo.mov', mime: UNKNOWN }),
  ],
  ['A8 Core Audio', sound('memo.caf', '-i $1 -c:a alac', { mime: UNKNOWN })],
  ['A8 a phone’s .3ga', sound('Voice 001.3ga', '-i $1 -c:a aac', { as: 'voice.3gp', mime: UNKNOWN })],
  ['A8 an audio book', sound('book.m4b', '-i $1 -c:a aac', { as: 'book.m4a', mime: UNKNOWN })],
  ['A8 Matroska audio', sound('talk.mka', '-i $1 -c:a libopus', { mime: UNKNOWN })],
  ['A8 AIFF under its short name', sound('talk.aif', '-i $1', { mime: UNKNOWN })],
  ['A8 Windows Media', sound('talk.wma', '-i $1 -c:a wmav2', { mime: 'audio/x-ms-wma' })],
  [
    'A8 a camera’s transport stream',
    sound('00001.MTS', `${PICTURE} -i $1 -c:v mpeg2video -c:a ac3 -shortest`, { as: 'a.ts', mime: UNKNOWN }),
  ],
  ['A8 Flash video', sound('call.flv', '-i $1 -c:a libmp3lame -ar 44100', { mime: UNKNOWN })],
  [
    'A8 a video named as a text',
    sound('meeting.txt', `${PICTURE} -i $1 ${MP4} -shortest`, { as: 'a.mp4', mime: 'text/plain' }),
  ],
];

const TRACKS: [string, Case][] = [
  [
    'A12 a screen recording whose first track is silent',
    sound('obs.mkv', `-f lavfi -i anullsrc=d=8 -i $1 ${PICTURE} -map 2:v -map 0:a -map 1:a ${MP4}`, {
      mime: 'video/x-matroska',
    }),
  ],
  [
    'A12 a video with the voice in the third track, as a video',
    sound(
      'call.mp4',
      `-f lavfi -i anullsrc=d=8 -f lavfi -i anullsrc=d=8 -i $1 ${PICTURE} -map 3:v -map 0:a -map 1:a -map 2:a ${MP4}`,
      { kind: 'video', mime: 'video/mp4' },
    ),
  ],
  [
    'A12 a voice in each track, one after the other',
    sound(
      'both.mka',
      '-i $1 -i $2 -filter_complex [0:a]apad=whole_dur=14[a];[1:a]adelay=8000:all=1,apad=whole_dur=14[b] -map [a] -map [b] -c:a flac',
      // A pause of seconds between two who speak begins a paragraph.
      { texts: [SAID, SECOND], text: `${SAID}\n\n${SECOND}`, mime: UNKNOWN },
    ),
  ],
];

const CHANNELS: [string, Case][] = [
  ...(['mp3', 'wav', 'm4a'] as const).map((format): [string, Case] => [
    `A14 channels that are each other’s inverse, ${format}`,
    sound(`anti.${format}`, '-i $1 -af pan=stereo|c0=c0|c1=-1*c0', {
      kind: 'audio',
      mime: `audio/${format}`,
    }),
  ]),
  [
    'A14 the voice in one channel of two',
    sound('left.mp3', '-i $1 -af pan=stereo|c1=c0', { kind: 'audio', mime: 'audio/mpeg' }),
  ],
  [
    'A14 the voice in the middle of 5.1',
    sound('film.m4a', '-i $1 -af pan=5.1|c2=c0 -c:a aac', { kind: 'audio', mime: 'audio/mp4' }),
  ],
];

const LOUDNESS: [string, Case][] = [
  [
    'A27 speech at −42 dB',
    sound('quiet.m4a', '-i $1 -af volume=-42dB -b:a 96k', { kind: 'audio', mime: 'audio/mp4' }),
  ],
  [
    'A27 a voice message at −42 dB',
    sound('quiet.ogg', '-i $1 -af volume=-42dB -c:a libopus -b:a 32k', { kind: 'voice', mime: 'audio/ogg' }),
  ],
  [
    'A27 −42 dB after a loud click',
    sound('click.wav', '-i $1 -af volume=-42dB,aeval=val(0)+0.5*eq(n\\,800)', {
      kind: 'audio',
      mime: 'audio/wav',
    }),
  ],
  [
    'A27 speech that is far too loud',
    sound('loud.mp3', '-i $1 -af volume=14dB', { kind: 'audio', mime: 'audio/mpeg' }),
  ],
];

const vtt = (...cues: [string, string][]) =>
  `WEBVTT\n\n${cues.map(([times, ...lines]) => [times, ...lines].join('\n')).join('\n\n')}\n`;

const SUBTITLES: [string, Case][] = [
  [
    'A6 a meeting of Teams keeps who says what',
    text(
      'meeting.vtt',
      vtt(
        ['00:00:00.000 --> 00:00:02.000', '<v Anna Petrova>I will send the budget by Friday.</v>'],
        ['00:00:02.100 --> 00:00:04.000', '<v Oleg Kim>Good, I approve it.</v>'],
        ['00:00:04.100 --> 00:00:05.000', '<v Oleg Kim>And the rest next week.</v>'],
      ),
      'Anna Petrova: I will send the budget by Friday.\nOleg Kim: Good, I approve it. And the rest next week.',
      'text/vtt',
    ),
  ],
  [
    'A6 a meeting of Zoom, its names before a colon',
    text(
      'GMT20250101_Recording.transcript.vtt',
      vtt(
        ['1\n00:00:00.000 --> 00:00:02.000', 'Anna Petrova: I will send the budget.'],
        ['2\n00:00:02.100 --> 00:00:04.000', 'Oleg Kim: Good, I approve it.'],
      ),
      'Anna Petrova: I will send the budget.\nOleg Kim: Good, I approve it.',
      UNKNOWN,
    ),
  ],
  [
    'A7 captions of YouTube say every line once',
    text(
      'talk.en.vtt',
      vtt(
        [
          '00:00:00.160 --> 00:00:03.429 align:start position:0%',
          ' \none<00:00:00.960><c> two</c><00:00:01.520><c> three</c>',
        ],
        ['00:00:03.429 --> 00:00:03.439 align:start position:0%', 'one two three\n '],
        [
          '00:00:03.439 --> 00:00:05.749 align:start position:0%',
          'one two three\nfour<00:00:03.760><c> five</c>',
        ],
        ['00:00:05.749 --> 00:00:05.759 align:start position:0%', 'four five\n '],
        [
          '00:00:05.759 --> 00:00:08.000 align:start position:0%',
          'four five\nsix<00:00:06.000><c> seven</c>',
        ],
      ),
      'one two three\nfour five\nsix seven',
      'text/vtt',
    ),
  ],
  [
    'A7 the same converted to SRT',
    text(
      'talk.en.srt',
      [
        '1\n00:00:00,160 --> 00:00:03,429\none two three',
        '2\n00:00:03,429 --> 00:00:03,439\none two three\n ',
        '3\n00:00:03,439 --> 00:00:05,749\none two three\nfour five',
        '4\n00:00:05,749 --> 00:00:05,759\nfour five\n ',
        '5\n00:00:05,759 --> 00:00:08,000\nfour five\nsix seven',
      ].join('\n\n'),
      'one two three\nfour five\nsix seven',
      'application/x-subrip',
    ),
  ],
  [
    'A21 SRT without blank lines between cues',
    text(
      'film.srt',
      '1\n00:00:01,000 --> 00:00:02,000\nFirst line\n2\n00:00:02,000 --> 00:00:03,000\nSecond line',
      'First line\nSecond line',
      'application/x-subrip',
    ),
  ],
  [
    'A21 an ordinary < stays, in subtitles and in a text',
    text(
      'code.srt',
      '1\n00:00:01,000 --> 00:00:02,000\nif a < b and c > d\n2\n00:00:02,000 --> 00:00:03,000\n<i>then</i> 3',
      'if a < b and c > d\nthen 3',
      UNKNOWN,
    ),
  ],
  ['A21 the same line in a text', text('code.txt', 'if a < b and c > d', 'if a < b and c > d')],
];

const SENTENCE = 'Сегодня мы решили подписать договор.';
const CONTROLS: [string, Case][] = [
  ['A18 the end-of-file byte of DOS', text('old.txt', `${SENTENCE}\u001A`, SENTENCE)],
  ['A18 the same in cp866', text('dos.txt', iconv.encode(`${SENTENCE}\u001A`, 'cp866'), SENTENCE)],
  ['A18 U+0002 in a word', text('word.txt', SENTENCE.replace('договор', 'до\u0002говор'), SENTENCE)],
  ['A18 U+001F in a word', text('pdf.txt', SENTENCE.replace('договор', 'догов\u001Fор'), SENTENCE)],
  ['A18 U+0085 for a line end', text('nel.txt', `${SENTENCE}\u0085${SENTENCE}`, `${SENTENCE}\n${SENTENCE}`)],
  ['A18 colours of a terminal', text('run.log', `\u001B[1;31m${SENTENCE}\u001B[0m`, SENTENCE, UNKNOWN)],
  ['A18 one bell', text('bell.txt', `${SENTENCE}\u0007`, SENTENCE)],
];

const CAPITALS = 'ПРОТОКОЛ СОВЕЩАНИЯ. ПРИСУТСТВОВАЛИ: ИВАНОВ, ПЕТРОВА.\n'.repeat(10).trim();
const MOSTLY = 'ИВАНОВ: ДА, СОГЛАСЕН. Стенограмма.';
const ENCODINGS: [string, Case][] = [
  ...['win1251', 'cp866', 'koi8-r', 'iso-8859-5', 'x-mac-cyrillic', 'utf16le'].flatMap(
    (encoding): [string, Case][] => {
      const name = encoding === 'x-mac-cyrillic' ? 'maccyrillic' : encoding;
      return [
        [`A19 capitals in ${encoding}`, text('protocol.txt', iconv.encode(CAPITALS, name), CAPITALS)],
        [`A19 mostly capitals in ${encoding}`, text('minutes.txt', iconv.encode(MOSTLY, name), MOSTLY)],
      ];
    },
  ),
  [
    'A19 capitals in Kazakh',
    text(
      'kk.txt',
      iconv.encode('ХАТТАМА. ҚАТЫСҚАНДАР: ӘЛИЕВА, ӨМІРОВ.', 'utf16be'),
      'ХАТТАМА. ҚАТЫСҚАНДАР: ӘЛИЕВА, ӨМІРОВ.',
    ),
  ],
];

/** What other programs write. */
const EXPORTED: [string, Case][] = [
  [
    'a page in windows-1251',
    text(
      'протокол.html',
      iconv.encode(`<html><meta charset=windows-1251><style>p{}</style><p>${SENTENCE}<p>Да &lt;3`, 'win1251'),
      `${SENTENCE}\n\nДа <3`,
      'text/html',
    ),
  ],
  [
    'a chat that Telegram exported',
    text(
      'result.json',
      JSON.stringify({
        name: 'Команда',
        messages: [
          { type: 'message', date: '2025-01-01T10:01:00', from: 'Анна', text: [SENTENCE, { text: '!' }] },
        ],
      }),
      `2025-01-01\nАнна: ${SENTENCE}!`,
      'application/json',
    ),
  ],
  [
    'a letter',
    text(
      'письмо.eml',
      `From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(SENTENCE).toString('base64')}\r\n`,
      `From: a@example.com\n\n${SENTENCE}`,
      'message/rfc822',
    ),
  ],
  [
    'a book',
    text(
      'book.fb2',
      `<?xml version="1.0" encoding="utf-8"?><FictionBook><body><p>${SENTENCE}</p></body><binary>AA</binary></FictionBook>`,
      SENTENCE,
      UNKNOWN,
    ),
  ],
  [
    'a table',
    text('tasks.csv', `Имя;Срок\n${SENTENCE};пятница`, `Имя;Срок\n${SENTENCE};пятница`, 'text/csv'),
  ],
];

describe.concurrent.each([
  ['sound of any container', FORMATS],
  ['several tracks', TRACKS],
  ['channels', CHANNELS],
  ['loudness', LOUDNESS],
  ['subtitles', SUBTITLES],
  ['control characters', CONTROLS],
  ['encodings', ENCODINGS],
  ['what other programs write', EXPORTED],
] as const)('%s', (_kind, cases) => {
  test.each(cases)('%s', async (_title, sent) => {
    const person = await Person.join(product.telegram, 'Айгуль', 'ru');
    const upload = { bytes: await sent.bytes(), name: sent.name, mime: sent.mime ?? '' };
    const { id } = await person.media(sent.kind ?? 'document', upload);
    const answer = await person.see(
      (message) => hasButton(message, RU.summary) || RU.didNotWork.test(message.text),
      'the words that were said',
      { after: id },
    );
    expect(answer.text).toBe(sent.text);
  });
});

test('A6 meeting notes of it name who takes part and who does what', async () => {
  const person = await Person.join(product.telegram, 'Kate', 'en');
  const [, meeting] = SUBTITLES[0] ?? [];
  const bytes = (await meeting?.bytes()) ?? Buffer.alloc(0);
  const words = await transcribe(person, EN, 'document', { bytes, name: 'meeting.vtt', mime: 'text/vtt' });
  await person.pressOn(words, /Meeting notes/);
  const notes = await person.see(
    (message) => /Meeting notes/.test(message.text) && hasButton(message, EN.summary),
    'the meeting notes',
    { after: words.id },
  );
  expect(notes.text).toContain('Anna Petrova');
  expect(notes.text).toContain('Oleg Kim');
});

describe('A13 a damaged recording', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `слово${n + 1}`);

  /** Sends it; the share of the words that came back, in their order, and the whole message. */
  async function textFileOf(person: Person): Promise<string> {
    const { file } = await person.see(
      (one) => one.file?.name?.endsWith('.txt') === true,
      'the text as a file',
    );
    return new TextDecoder().decode(await person.download({ path: file?.path ?? '' }));
  }

  async function send(upload: Upload, said: readonly string[]) {
    const person = await Person.join(product.telegram, 'Лектор', 'ru');
    const result = await transcribe(person, RU, 'audio', upload);
    // Of a long text its beginning stands in the chat, and all of it in a file.
    const told = result.text.includes('[…]') ? await textFileOf(person) : result.text;
    const heard = (told.match(/слово\d+/g) ?? []).map((word) => Number(word.slice('слово'.length)));
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    return { share: new Set(heard).size / said.length, message: result.text };
  }

  test.concurrent('of a quarter of an hour with 240 holes is transcribed, nearly all of it', async () => {
    const said = numbered(1_000);
    const bytes = await record({
      texts: [said.join(' ')],
      ffmpeg: '-i $1 -ac 1 -c:a libmp3lame -b:a 32k -ar 22050',
      file: 'long.mp3',
      speech: { wordMs: 900 },
      spoil: (whole) => {
        for (let at = 15_000; at < whole.length; at += 15_000) whole.fill(0, at, at + 200);
        return whole;
      },
    });
    const { share, message } = await send({ bytes, name: 'long.mp3', mime: 'audio/mpeg' }, said);
    // Each hole takes half a word away.
    expect(share).toBeGreaterThan(0.8);
    expect(message).toMatch(/Файл повреждён: не удалось прочитать 0:\d\d записи/);
  });

  test.concurrent.each([
    [
      'half of the file is missing',
      'cut.m4a',
      '-i $1 -c:a aac -movflags faststart',
      (whole: Buffer) => whole.subarray(0, whole.length / 2),
    ],
    ['its end is zeros', 'zeros.flac', '-i $1 -c:a flac', (whole: Buffer) => whole.fill(0, whole.length / 2)],
  ] as const)(
    'of which %s is transcribed as far as it goes, and says how much is lost',
    async (_what, name, ffmpeg, spoil) => {
      const said = numbered(60);
      const bytes = await record({
        texts: [said.join(' ')],
        ffmpeg,
        file: name,
        spoil: (whole) => spoil(whole),
      });
      const { share, message } = await send({ bytes, name, mime: '' }, said);
      expect(share).toBeGreaterThan(0.35);
      expect(message).toMatch(/Файл повреждён: не удалось прочитать .* записи/);
    },
  );
});

describe('A5 no words in it: two paid calls at most, and the honest answer', () => {
  test.each([
    [
      'a hum, and an empty answer',
      '',
      '-f lavfi -i sine=f=220:d=15 -f lavfi -i sine=f=277:d=15 -filter_complex amix=2',
    ],
    [
      'music, and the credits of a film',
      'Субтитры сделал DimaTorzok. Продолжение следует...',
      '-f lavfi -i sine=f=330:d=23 -filter_complex tremolo=f=3',
    ],
    [
      'a motor, and one sentence over and over',
      'Спасибо. '.repeat(30).trim(),
      '-f lavfi -i anoisesrc=d=31:c=brown:a=0.4 -filter_complex tremolo=f=1',
    ],
    ['a fan, and thanks for watching', 'Thank you for watching!', '-f lavfi -i anoisesrc=d=41:c=pink:a=0.2'],
  ] as const)('%s', async (_what, answer, ffmpeg) => {
    await product.openai.script({ kind: 'transcript', text: answer });
    const calls = async () => (await product.openai.requests({ route: 'transcriptions' })).length;
    const before = await calls();
    try {
      const person = await Person.join(product.telegram, 'Музыкант', 'ru');
      const bytes = await record({ texts: [], ffmpeg: `${ffmpeg} -c:a libopus`, file: 'hum.ogg' });
      const { id } = await person.media('audio', { bytes, name: 'hum.ogg', mime: 'audio/ogg' });
      const begun = performance.now();
      await person.see(says(RU.failure.silence), 'that there is no speech', { after: id });
      expect(performance.now() - begun).toBeLessThan(30_000);
      const paid = (await calls()) - before;
      expect(paid).toBeLessThanOrEqual(2);
      const pieces = await product.sql(
        'select p.asked from recording_pieces p join recordings r on r.id = p.recording_id where r.owner_id = $1',
        [person.id],
      );
      for (const { asked } of pieces) expect(asked).toBe(paid);
    } finally {
      await product.openai.clearScripts();
    }
  });

  test('what has no sound at all costs no call', async () => {
    const before = (await product.openai.requests({ route: 'transcriptions' })).length;
    const person = await Person.join(product.telegram, 'Тишина', 'ru');
    const bytes = await encodeSpeech(['тихо'], { format: 'ogg', level: 0 });
    const { id } = await person.media('voice', { bytes, name: 'voice.ogg', mime: 'audio/ogg' });
    await person.see(says(RU.failure.silence), 'that there is no speech', { after: id });
    expect(await product.openai.requests({ route: 'transcriptions' })).toHaveLength(before);
  });
});

test('nothing that any process wrote gives a secret away, and no process crashed', async () => {
  expect(await leaks(product)).toEqual([]);
  expect(product.crashes()).toEqual([]);
});
