import type { FalControl } from '@aisha/sandbox';
import type { Draft } from './raw.ts';

/** A request as its real sender would make it, and what must hold for it to be believed. */
export interface Genuine {
  readonly sender: 'fal' | 'telegram';
  readonly draft: Draft;
  /** False: rightly signed, but its body is nothing that FAL would send. */
  readonly valid: boolean;
}

export const FAL_PATHS = [
  '/webhook/fal/status',
  '/webhook/fal/portrait',
  '/api/v1/avatar/status_update',
] as const;
export const TELEGRAM_PATH = '/webhook/telegram';
export const SECRET_HEADER = 'X-Telegram-Bot-Api-Secret-Token';

export interface Material {
  readonly fal: Pick<FalControl, 'sign'>;
  readonly secret: string;
  /** A job of ours that FAL has finished: its webhook may come as often as it likes. */
  readonly requestId: string;
  /** `job` and `token` of its webhook address. */
  readonly query: string;
  /** Somebody with a chat. */
  readonly personId: number;
}

let updateId = 900_000_000;

/** An update that was never sent before. */
export function telegramRequest({ secret, personId }: Pick<Material, 'secret' | 'personId'>): Genuine {
  updateId += 1;
  const body = {
    update_id: updateId,
    message: {
      message_id: updateId,
      from: { id: personId, is_bot: false, first_name: 'Fuzz', language_code: 'en' },
      chat: { id: personId, type: 'private', first_name: 'Fuzz' },
      date: Math.floor(Date.now() / 1_000),
      text: '/privacy',
      entities: [{ offset: 0, length: 8, type: 'bot_command' }],
    },
  };
  return {
    sender: 'telegram',
    valid: true,
    draft: draft(TELEGRAM_PATH, '', [[SECRET_HEADER, secret]], Buffer.from(JSON.stringify(body))),
  };
}

/** Genuine webhooks about a finished job, and rightly signed nonsense; signed for the next minutes. */
export async function falRequests(material: Material): Promise<Genuine[]> {
  const { requestId, query } = material;
  const ok = JSON.stringify({
    request_id: requestId,
    gateway_request_id: requestId,
    status: 'OK',
    payload: { images: [] },
  });
  const nonsense = [
    '',
    'null',
    '[]',
    '"text"',
    '{',
    '{}',
    JSON.stringify({ request_id: requestId }),
    JSON.stringify({ request_id: requestId, status: 'MAYBE', payload: null }),
    JSON.stringify({ request_id: [requestId], status: 'OK' }),
    JSON.stringify({ request_id: 'x'.repeat(5_000), status: 'OK' }),
    JSON.stringify({ request_id: '', status: 'OK' }),
    JSON.stringify({ request_id: '\0\ud800', status: 'ERROR', error: '\0' }),
    `{"request_id":"${requestId}","request_id":"other","status":"OK"}`,
    `{"__proto__":{"request_id":"${requestId}"},"status":"OK"}`,
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `{"request_id":"${requestId}","status":"OK","payload":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`,
    `\uFEFF${ok}`,
    ok.replace('"OK"', '1e999'),
  ];
  const sign = async (body: string, path: string, valid: boolean): Promise<Genuine> => {
    const parsed = /"request_id":"([^"\\]{1,200})"/.exec(body)?.[1] ?? requestId;
    // Ahead of the clock by as much as is allowed, so that they stay fresh for long.
    const timestamp = Math.floor(Date.now() / 1_000) + 240;
    const signed = await material.fal.sign(body, { requestId: parsed, timestamp });
    const withQuery = path !== FAL_PATHS[2];
    return {
      sender: 'fal',
      valid,
      draft: draft(path, withQuery ? query : '', Object.entries(signed), Buffer.from(body)),
    };
  };
  return Promise.all([
    ...FAL_PATHS.map((path) => sign(ok, path, true)),
    ...nonsense.map((body, n) => sign(body, FAL_PATHS[n % FAL_PATHS.length] ?? FAL_PATHS[0], false)),
  ]);
}

function draft(path: string, query: string, headers: Draft['headers'], body: Buffer): Draft {
  return {
    method: 'POST',
    path,
    query,
    version: 'HTTP/1.1',
    headers: [
      ['Host', 'localhost'],
      ['Content-Type', 'application/json'],
      ['Connection', 'close'],
      ...headers,
    ],
    body,
    framing: 'length',
  };
}

const SIGNED = ['request-id', 'user-id', 'timestamp', 'signature'].map((name) => `x-fal-webhook-${name}`);

/** Whether what makes the sender believable is untouched: only then may the request be taken. */
export function isBelievable({ sender, draft: before }: Genuine, after: Draft): boolean {
  const same = (name: string) => {
    const of = ({ headers }: Draft) =>
      headers.filter(([one]) => one.trim().toLowerCase() === name).map(([, value]) => value.trim());
    const [was] = of(before);
    const [is, ...more] = of(after);
    return more.length === 0 && is !== undefined && is.toLowerCase() === was?.toLowerCase();
  };
  if (sender === 'telegram') return same(SECRET_HEADER.toLowerCase());
  if (!SIGNED.every(same) || !after.body.equals(before.body)) return false;
  const query = new URLSearchParams(after.query);
  const [job, token] = [query.getAll('job'), query.getAll('token')];
  // Addresses of the older system have neither: then FAL's own id must be known to us.
  if (job.length === 0 && token.length === 0) return true;
  const wanted = new URLSearchParams(before.query);
  return (
    job.length === 1 && token.length === 1 && job[0] === wanted.get('job') && token[0] === wanted.get('token')
  );
}
