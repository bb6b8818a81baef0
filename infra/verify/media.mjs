// In the worker's image, from /app/packages/media: opens what media-files.mjs made, with the image's own programs, and
// says what is otherwise than it should be.
//   node media.mjs <folder> <scratch>
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../service/dist/index.js';
import { renderPaper } from '../export/dist/index.js';
import { createMedia, decodeSound, openPicture, readTextFile, sourceName } from './dist/index.js';

const [folder, scratchRoot] = process.argv.slice(2);
const media = await createMedia({ log: silentLogger, scratchRoot });
const signal = new AbortController().signal;
const owner = 'proof';

const loud = (levels) => levels.toSorted()[Math.floor(levels.length * 0.75)] ?? -100;

/** A sent file in a folder of its own, called as the worker calls it. */
async function received(name) {
  const bytes = await readFile(join(folder, name));
  const place = await media.scratch.folder(bytes.length + 1024 * 1024, { signal });
  await media.scratch.write(place, sourceName(name), bytes);
  return { file: join(place.path, sourceName(name)), folder: place, owner, signal };
}

const judges = {
  async sound({ name, outcome: wanted = 'ok', cut }) {
    const sent = await received(name);
    await using place = sent.folder;
    const sound = await decodeSound(media, { ...sent, folder: place });
    if (sound.kind !== 'ok') return sound.kind === wanted ? '' : sound.kind;
    await using decoded = sound;
    const { durationMs, lostMs, levels } = decoded;
    if (cut) return durationMs > 10_000 && lostMs > 10_000 ? '' : `${durationMs} ms, ${lostMs} lost`;
    const share = levels.filter((level) => level > loud(levels) - 12).length / levels.length;
    const right =
      durationMs > 3_800 &&
      durationMs < 4_400 &&
      lostMs === 0 &&
      loud(levels) > -30 &&
      share > 0.35 &&
      share < 0.75;
    return right ? '' : `${durationMs} ms, ${lostMs} lost, ${loud(levels)} dB, ${share} of it loud`;
  },
  async picture({ name, width, height }) {
    const picture = await openPicture(media, await readFile(join(folder, name)), { owner, signal });
    if (picture.kind === 'refused') return picture.reason;
    const { original } = picture;
    return original.width === width && original.height === height ? '' : JSON.stringify(original);
  },
  async text({ name, text }) {
    const sent = await received(name);
    await using place = sent.folder;
    const read = await readTextFile(media, { ...sent, folder: place });
    return read.kind === 'ok' && read.text.trim() === text ? '' : JSON.stringify(read);
  },
};

/** Papers as files, by the libraries and the letters that the image kept. */
judges.paper = async ({ name, paper }) => {
  const rendered = await renderPaper({ paper, format: name, id: 'proof' });
  if (rendered.kind !== 'ok') return rendered.kind;
  const { file } = rendered;
  const begins = { docx: 'PK', pdf: '%PDF-', ics: 'BEGIN:VCALENDAR' }[name] ?? '';
  return file.length > 0 && file.toString('latin1').startsWith(begins) ? '' : `${file.length} bytes`;
};

const cases = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8'));
const wrong = [];
for (const one of cases) {
  const found = await judges[one.kind](one).catch((error) => error.stack);
  if (found !== '') wrong.push(`${one.name}: ${found}`);
}
await media.close();
process.stdout.write(`${JSON.stringify({ files: cases.length, wrong }, null, 1)}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
