import { Stream } from 'openai/streaming';
import { z } from 'zod';
import { isRecord } from '../shapes.ts';

/**
 * `fetch` for servers that are almost OpenAI's. Their answers are made what its library reads: an error with 200 gets
 * the status that it tells, an error in whatever form its words and code, JSON under another type its type, and a
 * stream that nobody asked for is put together. An answer that breaks off stays one: it is not asked for again here.
 */
export async function lenientFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.status === 204 || response.body === null) return response;
  try {
    if (response.ok && response.headers.get('content-type')?.includes('event-stream') === true)
      return answer(response, gathered(await eventsOf(response)));
    const text = await response.text();
    const body = parsed(text);
    return body === undefined
      ? new Response(text, { status: response.status, headers: headersOf(response) })
      : answer(response, body);
  } catch (error) {
    const broken = new ReadableStream({ start: (controller) => controller.error(error) });
    return new Response(broken, { status: response.status, headers: headersOf(response) });
  }
}

function answer(response: Response, body: unknown): Response {
  const headers = headersOf(response);
  headers.set('content-type', 'application/json');
  const status = response.ok ? (hiddenError(body) ?? response.status) : response.status;
  return new Response(JSON.stringify(status < 400 ? body : { error: errorIn(body) }), { status, headers });
}

/** The body is not as it came any more. */
function headersOf(response: Response): Headers {
  const headers = new Headers(response.headers);
  for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  // What is not made at all does not come by asking again.
  if (response.status === 501) headers.set('x-should-retry', 'false');
  return headers;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const statusCode = z.coerce.number().int().min(400).max(599);

/** The status of an error that came with 200; null for an answer. Without one of its own it is a gateway's bad moment. */
function hiddenError(body: unknown): number | null {
  if (!isRecord(body) || !body['error']) return null;
  if (['choices', 'text', 'segments', 'results', 'data'].some((name) => hasContent(body[name]))) return null;
  const { error } = body;
  const told = isRecord(error) ? [error['code'], error['status'], error['status_code']] : [];
  const known = [...told, body['status'], body['code']].map((one) => statusCode.safeParse(one).data);
  return known.find((one) => one !== undefined) ?? 502;
}

const hasContent = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** `{error: {…}}` of OpenAI, `{error: "…"}` of Ollama and LM Studio, `{message, …}` of vLLM, `{detail}` of FastAPI. */
function errorIn(body: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(body)) return { message: '' };
  const { error, detail } = body;
  if (isRecord(error)) return error;
  if (typeof error === 'string') return { ...body, error: undefined, message: error };
  if (typeof detail === 'string') return { message: detail };
  if (Array.isArray(detail)) return { message: detail.map(complaintOf).join('; ') };
  return body;
}

const complaint = z.object({ loc: z.array(z.coerce.string()).catch([]), msg: z.string().catch('') });

/** Without `input`, which repeats what was sent. */
function complaintOf(one: unknown): string {
  const { loc, msg } = complaint.catch({ loc: [], msg: '' }).parse(one);
  return `${loc.join('.')}: ${msg}`;
}

async function eventsOf(response: Response): Promise<unknown[]> {
  const stream = Stream.fromSSEResponse<unknown>(response, new AbortController(), undefined, false, 'events');
  const events: unknown[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const chunk = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z.looseObject({ content: z.unknown(), refusal: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
});
const heard = z.looseObject({ type: z.string(), delta: z.string().optional(), text: z.string().optional() });

/** One answer out of the pieces of a stream. */
function gathered(events: readonly unknown[]): unknown {
  const wrong = events.find((event) => isRecord(event) && event['error']);
  const choices = events.flatMap((event) => chunk.safeParse(event).data?.choices ?? []);
  if (choices.length > 0 && wrong === undefined) {
    const contents = choices.map(({ delta }) => delta?.content ?? '');
    const said = contents.every((one) => typeof one === 'string') ? contents.join('') : contents.flat();
    const refusal = choices.map(({ delta }) => delta?.refusal ?? '').join('');
    const usage = events.findLast((event) => isRecord(event) && event['usage']);
    return {
      choices: [
        {
          finish_reason: choices.findLast((one) => typeof one.finish_reason === 'string')?.finish_reason,
          message: { content: said, refusal: refusal === '' ? null : refusal },
        },
      ],
      ...(isRecord(usage) ? { usage: usage['usage'] } : {}),
    };
  }
  const pieces = events.flatMap((event) => heard.safeParse(event).data ?? []);
  const done = pieces.find(({ type, text }) => type === 'transcript.text.done' && text !== undefined);
  if (done) return done;
  if (wrong === undefined && pieces.some(({ delta }) => delta !== undefined))
    return { text: pieces.map(({ delta }) => delta ?? '').join('') };
  return wrong ?? events.at(-1) ?? {};
}
