import { fail } from './outcome.ts';

type Location = (string | number)[];

/** Longest a model waits for a file it was pointed at. */
const PATIENCE_MS = 30_000;
const BIGGEST = 512 * 1024 * 1024;

/**
 * What stands behind a `*_url` field: any reachable http(s) address (private ones too, unlike at FAL, because the
 * product's bucket is next door here) or a data URI. Throws the model's `file_download_error`.
 */
export async function download(url: string, loc: Location, signal: AbortSignal): Promise<Buffer> {
  const inline = /^data:[^,]*?(;base64)?,(.*)$/su.exec(url);
  if (inline) {
    const [, base64, data = ''] = inline;
    return base64 === undefined ? Buffer.from(decodeURIComponent(data)) : Buffer.from(data, 'base64');
  }
  const failed = (why: string): Error =>
    fail('file_download_error', loc, `Failed to download the file: ${why}`, { input: url });
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol)) {
    throw failed('Please provide a publicly accessible URL.');
  }
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw failed(`the server answered ${response.status}`);
    }
    if (Number(response.headers.get('content-length') ?? 0) > BIGGEST) {
      await response.body?.cancel();
      throw fail('file_too_large', loc, 'The file is too large', { ctx: { max_size: BIGGEST }, input: url });
    }
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (signal.aborted || (error instanceof Error && error.name === 'ModelFailure')) throw error;
    throw failed(error instanceof Error ? error.message : 'unknown reason');
  }
}
