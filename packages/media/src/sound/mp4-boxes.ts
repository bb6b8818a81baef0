import { open, readFile, writeFile } from 'node:fs/promises';

/** Size and type (ISO/IEC 14496-12, 4.2), and the size again where 32 bits do not hold it. */
const HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;
/** What stands at the top of a file in fragments. */
const TYPES = new Set(
  'ftyp styp moov moof mdat sidx ssix prft emsg mfra free skip uuid meta pdin wide'.split(' '),
);
const MOOF = Buffer.from('moof', 'latin1');
const MFHD = Buffer.from('mfhd', 'latin1');
/** A day of fragments of a second has three of them for each. */
const MOST_BOXES = 300_000;

interface Box {
  readonly type: string;
  readonly end: number;
}

/** The head of a box; null where none stands. One without a size of its own goes to the end of the file. */
function boxAt(head: Buffer, at: number, fileSize: number): Box | null {
  if (head.length < HEAD_BYTES) return null;
  const type = head.toString('latin1', 4, 8);
  if (!TYPES.has(type)) return null;
  const size = head.readUInt32BE(0);
  if (size === 0) return { type, end: fileSize };
  if (size >= HEAD_BYTES) return { type, end: at + size };
  if (size !== 1 || head.length < LONG_HEAD_BYTES) return null;
  const long = head.readBigUInt64BE(8);
  return long < LONG_HEAD_BYTES || long > Number.MAX_SAFE_INTEGER ? null : { type, end: at + Number(long) };
}

/** Whether a file is an MP4 in fragments that do not follow each other: reads the heads of its boxes alone. */
export async function hasBrokenFragments(path: string): Promise<boolean> {
  await using file = await open(path);
  const { size: fileSize } = await file.stat();
  const head = Buffer.alloc(LONG_HEAD_BYTES);
  let fragments = 0;
  let at = 0;
  for (let boxes = 0; at < fileSize && boxes < MOST_BOXES; boxes++) {
    const { bytesRead } = await file.read(head, 0, LONG_HEAD_BYTES, at);
    const box = boxAt(head.subarray(0, bytesRead), at, fileSize);
    if (!box) return fragments > 0;
    if (box.type === 'moof') fragments += 1;
    at = box.end;
  }
  return fragments > 0 && at !== fileSize;
}

/**
 * Copies an MP4 in fragments, and makes boxes of what stands between two of them and is none, so that a demuxer goes on there:
 * ffmpeg's leaves off at the first. Nothing is moved, since fragments may name places in the file. Answers how many bytes
 * were made over; 0 when no fragment follows the damage.
 */
export async function mendBoxes({
  file,
  to,
}: {
  readonly file: string;
  readonly to: string;
}): Promise<{ droppedBytes: number }> {
  const whole = await readFile(file);
  let dropped = 0;
  for (let at = 0; at < whole.length;) {
    const box = boxAt(whole.subarray(at, at + LONG_HEAD_BYTES), at, whole.length);
    if (
      box &&
      (box.end === whole.length ||
        boxAt(whole.subarray(box.end, box.end + LONG_HEAD_BYTES), box.end, whole.length))
    ) {
      at = box.end;
      continue;
    }
    const next = nextFragment(whole, at + HEAD_BYTES);
    if (next === null) break;
    dropped += box && box.end < next ? next - box.end : next - at;
    // Too long or too short a box ends where the next fragment begins; where there is none, one of nothing does.
    whole.writeUInt32BE(next - at, at);
    if (!box) whole.write('free', at + 4, 'latin1');
    at = next;
  }
  await writeFile(to, whole);
  return { droppedBytes: dropped };
}

function nextFragment(whole: Buffer, from: number): number | null {
  for (let found = whole.indexOf(MOOF, from); found >= 0; found = whole.indexOf(MOOF, found + 1)) {
    const at = found - 4;
    // Its first box says which fragment it is.
    const isOne = whole.readUInt32BE(at) >= 2 * HEAD_BYTES && whole.subarray(at + 12, at + 16).equals(MFHD);
    if (at >= from && isOne) return at;
  }
  return null;
}
