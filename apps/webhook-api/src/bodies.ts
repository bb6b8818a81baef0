import type { IncomingMessage } from 'node:http';

/** A request that cannot be taken as it is: its sender's fault, with the status that says so. */
export class BadBody extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The bytes as they came, `limit` at most: the signature covers them, so nothing may be parsed, inflated or re-encoded
 * before it is checked. Rejects with a `BadBody`; what is too large is read on and thrown away, so that its sender gets to
 * read the answer.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return refuse(request, new BadBody(415, 'an encoded body'));
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) return refuse(request, new BadBody(413, 'too large'));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
    else {
      chunks.length = 0;
      reject(new BadBody(413, 'too large'));
    }
  });
  // Most bodies come in one piece.
  request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
  request.on('close', () => {
    if (!request.complete) reject(new BadBody(400, 'broken off'));
  });
  return promise;
}

function refuse(request: IncomingMessage, why: BadBody): Promise<never> {
  request.resume();
  return Promise.reject(why);
}
