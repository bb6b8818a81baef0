import { connect } from 'node:net';

/** How the body is announced and sent; all but the first three break the protocol. */
export const FRAMINGS = [
  'length',
  'chunked',
  'extra-bytes',
  'short-body',
  'no-length',
  'two-lengths',
  'length-and-chunked',
  'length-not-a-number',
  'length-negative',
  'bad-chunk',
] as const;
export type Framing = (typeof FRAMINGS)[number];

/** A request before it is bytes: nothing in it is checked or put right. */
export interface Draft {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly framing: Framing;
}

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** The connection was closed without an answer. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' };

/** One connection, one request, the first final answer. */
export function sendRaw(port: number, draft: Draft, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port });
    const end = (answer: Answer) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A refused write may still come in: nobody listens any more.
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(readAnswer(heard, true) ?? { kind: 'silent' }), timeoutMs);
    socket.on('connect', () => {
      socket.write(serialize(draft));
      if (!isComplete(draft)) socket.end();
    });
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      const answer = readAnswer(heard, false);
      if (answer) end(answer);
    });
    socket.on('close', () => end(readAnswer(heard, true) ?? { kind: 'closed' }));
    // A server that refuses a huge body closes while it is still being sent; its answer may have come before.
    socket.on('error', () => undefined);
  });
}

/** Whether the server has all that it was promised. */
export const isComplete = ({ framing }: Draft): boolean =>
  framing !== 'short-body' && framing !== 'bad-chunk';

export function serialize(draft: Draft): Buffer {
  const { method, path, query, version, headers, body } = draft;
  const target = query === '' ? path : `${path}?${query}`;
  const [framed, payload] = frame(draft.framing, body);
  const lines = [`${method} ${target} ${version}`, ...[...headers, ...framed].map(([n, v]) => `${n}: ${v}`)];
  // latin1: whatever was put into a header goes out byte by byte.
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
}

function frame(framing: Framing, body: Buffer): [(readonly [string, string])[], Buffer] {
  const length = ['Content-Length', String(body.length)] as const;
  const chunked = ['Transfer-Encoding', 'chunked'] as const;
  const chunks = () =>
    Buffer.concat([
      ...(body.length > 0 ? [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')] : []),
      Buffer.from('0\r\n\r\n'),
    ]);
  switch (framing) {
    case 'length':
      return [[length], body];
    case 'chunked':
      return [[chunked], chunks()];
    case 'extra-bytes':
      return [[length], Buffer.concat([body, Buffer.from('\0\xff and then some', 'latin1')])];
    case 'short-body':
      return [[['Content-Length', String(body.length + 100)]], body];
    case 'no-length':
      return [[], body];
    case 'two-lengths':
      return [[length, ['Content-Length', String(body.length + 1)]], body];
    case 'length-and-chunked':
      return [[length, chunked], chunks()];
    case 'length-not-a-number':
      return [[['Content-Length', 'many']], body];
    case 'length-negative':
      return [[['Content-Length', '-1']], body];
    case 'bad-chunk':
      return [[chunked], Buffer.concat([Buffer.from('zz\r\n'), body])];
  }
}

/** The first answer that is not 1xx; null while it is not complete, unless nothing more will come. */
function readAnswer(heard: Buffer, last: boolean): Answer | null {
  const text = heard.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
  if (Number.isNaN(status)) return { kind: 'answered', status: 0, body: text.slice(0, 200) };
  if (status < 200) return readAnswer(heard.subarray(end + 4), last);
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Number.NaN);
  const body = text.slice(end + 4);
  if (!last && !(body.length >= length)) return null;
  return { kind: 'answered', status, body };
}
