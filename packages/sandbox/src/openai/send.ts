import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ApiError } from './errors.ts';
import type { Reply } from './reply.ts';

const REQUESTS_A_MINUTE = 500;
const TOKENS_A_MINUTE = 200_000;
let served = 0;

/** Headers that every answer has. The limits are told, not enforced: a fault does that on demand. */
export function commonHeaders(id: string, ms: number): Record<string, string> {
  served += 1;
  const used = served % REQUESTS_A_MINUTE;
  return {
    'x-request-id': id,
    'openai-version': '2020-10-01',
    'openai-organization': 'org-sandbox',
    'openai-processing-ms': String(Math.round(ms)),
    'x-ratelimit-limit-requests': String(REQUESTS_A_MINUTE),
    'x-ratelimit-limit-tokens': String(TOKENS_A_MINUTE),
    'x-ratelimit-remaining-requests': String(REQUESTS_A_MINUTE - used),
    'x-ratelimit-remaining-tokens': String(TOKENS_A_MINUTE - used * 100),
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-reset-tokens': '30ms',
  };
}

/** Writes an answer; a stalled one stops after half of its body, with the connection left open. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  headers: Record<string, string>,
  stalled: boolean,
): Promise<void> {
  switch (reply.kind) {
    case 'json':
      return sendBody(
        response,
        reply.status,
        'application/json',
        JSON.stringify(reply.body),
        headers,
        stalled,
      );
    case 'text':
      return sendBody(response, reply.status, reply.contentType, reply.text, headers, stalled);
    case 'events': {
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      });
      const events = [...reply.events];
      for (const event of stalled ? events.slice(0, Math.ceil(events.length / 2)) : events) {
        response.write(event);
        await breathe();
      }
      if (!stalled) response.end();
      return;
    }
    default:
      return reply satisfies never;
  }
}

function sendBody(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
  headers: Record<string, string>,
  stalled: boolean,
): void {
  const body = Buffer.from(text);
  const length = status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, {
    ...headers,
    ...(contentType === '' ? {} : { 'content-type': contentType }),
    ...length,
  });
  if (stalled) response.write(body.subarray(0, Math.floor(body.length / 2)));
  else response.end(body);
}

/** Writes an error; what is left of the request's body is thrown away so that the caller reads the answer. */
export async function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: ApiError,
  headers: Record<string, string>,
  stalled: boolean,
): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!request.readableEnded) request.resume();
  const all = { ...headers, ...error.headers };
  if (error.html === null) {
    await sendReply(response, { kind: 'json', status: error.status, body: error.body() }, all, stalled);
    return;
  }
  const page: Reply = { kind: 'text', status: error.status, contentType: 'text/html', text: error.html };
  await sendReply(response, page, all, stalled);
}
