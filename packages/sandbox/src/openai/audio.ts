import { decodeSpeech, type DecodedSpeech } from '../speech/decode.ts';
import { FfmpegError, ffmpegOutput } from '../speech/ffmpeg.ts';
import { badRequest } from './errors.ts';
import type { ModelRow } from './models.ts';
import type { UploadedFile } from './upload.ts';

const EXTENSIONS = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];

const startsWith = (head: Buffer, text: string, at = 0): boolean =>
  head.subarray(at, at + text.length).toString('latin1') === text;

/** Whether the first bytes are those of one of the containers that are taken. */
function isKnownContainer(head: Buffer): boolean {
  const [first = 0, second = 0] = head;
  return (
    startsWith(head, 'OggS') ||
    startsWith(head, 'fLaC') ||
    startsWith(head, 'ID3') ||
    startsWith(head, 'ftyp', 4) ||
    (startsWith(head, 'RIFF') && startsWith(head, 'WAVE', 8)) ||
    head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])) ||
    head.subarray(0, 3).equals(Buffer.from([0, 0, 1])) ||
    // An MPEG audio frame: eleven bits of sync, layer not reserved.
    (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0)
  );
}

/** The rules on a file that need no decoding: name, content, size. */
export function checkFile(file: UploadedFile, model: ModelRow): void {
  const extension = /\.([^./\\]+)$/u.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const whisper = model.speech?.oga === true;
  if (!EXTENSIONS.includes(extension) || (extension === 'oga' && !whisper)) {
    if (whisper) {
      const list = EXTENSIONS.map((name) => `'${name}'`).join(', ');
      throw badRequest(`Invalid file format. Supported formats: [${list}]`, 'file');
    }
    throw badRequest(`Unsupported file format ${extension}`, 'file', 'unsupported_value');
  }
  if (file.bytes === 0) throw tooShort();
  if (!isKnownContainer(file.head)) throw unrecognised();
}

const unrecognised = () => badRequest('Unrecognized file format', 'file', 'invalid_value');
const tooShort = () =>
  badRequest('Audio file is too short. Minimum audio length is 0.1 seconds.', 'file', 'audio_too_short');

/** What ffprobe says of the length, or null (a browser's recording has none in its header). */
async function probeSeconds(path: string): Promise<number | null> {
  const args = ['-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  const said = Number((await ffmpegOutput({ command: 'ffprobe', args })).toString().trim());
  return Number.isFinite(said) && said > 0 ? said : null;
}

/** Decodes the file and holds its length to the model's rules. */
export async function hear(file: UploadedFile, model: ModelRow, chunked: boolean): Promise<DecodedSpeech> {
  const longest = model.speech?.longest ?? null;
  const checkLength = (seconds: number): void => {
    if (longest !== null && seconds > longest) {
      throw badRequest(
        `audio duration ${seconds} seconds is longer than ${longest} seconds which is the maximum for this model`,
        'file',
        'invalid_value',
      );
    }
    if (model.speech?.diarizes && seconds > 30 && !chunked) {
      throw badRequest(
        'chunking_strategy is required for diarization models when the audio is longer than 30 seconds',
        'chunking_strategy',
        'invalid_value',
      );
    }
  };
  try {
    const told = await probeSeconds(file.path);
    if (told !== null) checkLength(told);
    const speech = await decodeSpeech(file.path);
    checkLength(speech.duration);
    if (speech.duration < 0.1) throw tooShort();
    return speech;
  } catch (error) {
    if (error instanceof FfmpegError) throw unrecognised();
    throw error;
  }
}

/** What is said in a file, in lower case, for rules that ask; nothing where it cannot be heard. */
export async function wordsIn(file: UploadedFile | null): Promise<string> {
  if (!file || file.bytes === 0) return '';
  const { words } = await decodeSpeech(file.path).catch(() => ({ words: [] }));
  return words.map(({ text }) => text.toLowerCase()).join(' ');
}
