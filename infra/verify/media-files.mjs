// What people send, as files in a folder, with what has to become of each in cases.json.
//   node media-files.mjs <folder>
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FORMS } from '../../packages/media/src/sound/testing/forms.ts';
import { ffmpeg, make } from '../../packages/media/src/sound/testing/making.ts';
import { fontedPdf } from '../../packages/media/src/texts/testing/pdf.ts';

const [folder] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const media = createRequire(new URL('../../packages/media/package.json', import.meta.url));
const sharp = media('sharp');
const iconv = media('iconv-lite');
const yazl = media('yazl');
const sounds = new URL('../../packages/media/src/sound/fixtures/', import.meta.url);
const fixtures = new URL('../../packages/media/src/pictures/fixtures/', import.meta.url);

const cases = [];
const expectOf = (kind, name, more) => cases.push({ kind, name, ...more });
const put = async (kind, name, bytes, more) => {
  await writeFile(join(folder, name), bytes);
  expectOf(kind, name, more);
};

for (const [name, args] of FORMS) {
  await make(folder, name, args);
  expectOf('sound', name, {});
}

/** Each layout as a filter over one voice, in each container and codec that can hold it. */
const LAYOUTS = {
  mono: 'pan=mono|c0=c0',
  stereo: 'pan=stereo|c0=c0|c1=c0',
  inverse: 'pan=stereo|c0=c0|c1=-1*c0',
  left: 'pan=stereo|c0=c0',
  centre: 'pan=5.1|c2=c0',
  'all of 5.1': 'pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0',
  'one of 16': 'pan=16c|c9=c0',
};
const HOLDERS = [
  ['ogg', 'libopus', 6],
  ['oga', 'libvorbis', 6],
  ['mp3', 'libmp3lame', 2],
  ['m4a', 'aac', 6],
  ['mov', 'alac', 6],
  ['wav', 'pcm_s16le', 16],
  ['wav', 'pcm_f32le', 16],
  ['flac', 'flac', 6],
  ['mka', 'ac3', 6],
  ['ts', 'eac3', 6],
  ['mkv', 'wavpack', 6],
  ['wma', 'wmav2', 2],
  ['avi', 'mp2', 2],
  ['webm', 'libopus', 6],
  ['flv', 'libmp3lame', 2],
];
for (const [container, codec, most] of HOLDERS)
  for (const [layout, filter] of Object.entries(LAYOUTS)) {
    const channels = { mono: 1, 'one of 16': 16, centre: 6, 'all of 5.1': 6 }[layout] ?? 2;
    if (channels > most) continue;
    const name = `${codec}, ${layout}.${container}`;
    await make(folder, name, [
      '-af',
      filter,
      '-ar',
      codec === 'libmp3lame' ? '44100' : '48000',
      '-c:a',
      codec,
    ]);
    expectOf('sound', name, {});
  }
for (const name of ['tone.amr', 'dtx.amr', 'tone.awb']) {
  await copyFile(new URL(name, sounds), join(folder, name));
  const phone = name.replace('.', '_') + '.3gp';
  await ffmpeg(folder, '-i', name, '-c', 'copy', phone);
  expectOf('sound', name, {});
  expectOf('sound', phone, {});
}
await ffmpeg(
  folder,
  ...'-f lavfi -i color=s=64x64:r=5:d=2 -c:v libx264 -pix_fmt yuv420p mute.mp4'.split(' '),
);
expectOf('sound', 'mute.mp4', { outcome: 'no_sound' });
const cut = await readFile(await make(folder, 'whole.flac', ['-c:a', 'flac'], { seconds: 40 }));
await put('sound', 'cut.flac', cut.subarray(0, cut.length / 2), { cut: true });

const photo = sharp({ create: { width: 900, height: 700, channels: 3, background: '#a05030' } });
for (const [name, made] of Object.entries({
  'a.jpg': photo.clone().jpeg(),
  'progressive.jpg': photo.clone().jpeg({ progressive: true }),
  'cmyk.jpg': photo.clone().toColourspace('cmyk').jpeg(),
  'a.png': photo.clone().png(),
  '16.png': photo.clone().toColourspace('rgb16').png(),
  'a.webp': photo.clone().webp(),
  'a.gif': photo.clone().gif(),
  'a.tiff': photo.clone().tiff(),
  'a.avif': photo.clone().avif({ effort: 0 }),
}))
  await put('picture', name, await made.toBuffer(), { width: 900, height: 700 });
for (const [name, width, height] of [
  ['plain.heic', 600, 520],
  ['ten-bit.heic', 600, 520],
  ['turned.heic', 520, 600],
  ['plain.jxl', 600, 520],
]) {
  await copyFile(new URL(name, fixtures), join(folder, name));
  expectOf('picture', name, { width, height });
}

const text = 'Сегодня мы решили подписать договор.';
const zipped = async (entries) => {
  const file = new yazl.ZipFile();
  for (const [name, content] of Object.entries(entries)) file.addBuffer(Buffer.from(content), name);
  file.end();
  return Buffer.concat(await file.outputStream.toArray());
};
await put('text', 'utf8.txt', text, { text });
await put('text', '1251.txt', iconv.encode(text, 'win1251'), { text });
await put('text', '866.txt', iconv.encode(text, 'cp866'), { text });
await put('text', 'page.pdf', fontedPdf(text), { text });
await put('text', 'a.srt', `1\n00:00:01,000 --> 00:00:02,000\n${text}\n`, { text });
await put(
  'text',
  'a.docx',
  await zipped({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
  }),
  { text },
);
const point = { text: 'Қаржы есебі дайын; смета — до пятницы.', at: { line: 1, startMs: 1_000 } };
const paper = {
  title: 'Протокол № 1',
  language: 'kk',
  form: 'protocol',
  words: { absent: '—', task: 'Задача', owner: 'Кто', due: 'Срок', moment: 'Время' },
  recordedAt: '2026-01-02T03:04:05.000Z',
  blocks: [
    { block: 'paragraphs', items: [point] },
    {
      block: 'tasks',
      items: [
        { task: 'Отчёт', owner: 'Анна', due: 'до пятницы', dueDate: '2026-01-09', done: false, at: null },
      ],
    },
    { block: 'speech', items: [{ startMs: 0, endMs: 2_000, speaker: 'Әлия', text: 'Сәлем' }] },
  ],
};
for (const name of ['docx', 'pdf', 'txt', 'md', 'srt', 'vtt', 'json', 'ics'])
  expectOf('paper', name, { paper });
await writeFile(join(folder, 'cases.json'), JSON.stringify(cases, null, 1));
