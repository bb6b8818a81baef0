import { randomBytes } from 'node:crypto';
import { deltasOf } from './chat.ts';
import { badRequest } from './errors.ts';
import type { Fault } from './faults.ts';
import { imageBytes, type ImageFacts, imageFacts } from './images.ts';
import type { ModelRow } from './models.ts';
import {
  type Body,
  checkSampling,
  invalidValue,
  isBody,
  missing,
  refuseUnknown,
  schemaNameOf,
  wholeNumber,
  wrongType,
} from './parameters.ts';
import { type Reply, type RouteContext, sseEvent } from './reply.ts';
import { compose, type Composed, type TextRequest } from './writing/compose.ts';
import { checkStrictSchema, isSchema } from './writing/schema.ts';

const KNOWN = new Set(
  (
    'model input instructions text max_output_tokens temperature top_p stream stream_options store metadata tools ' +
    'tool_choice parallel_tool_calls previous_response_id reasoning include truncation user service_tier background ' +
    'conversation prompt max_tool_calls top_logprobs safety_identifier prompt_cache_key prompt_cache_retention ' +
    'context_management moderation'
  ).split(' '),
);

export async function answerResponses(
  body: Body,
  model: ModelRow,
  fault: Fault | null,
  context: RouteContext,
): Promise<Reply> {
  refuseUnknown(body, KNOWN);
  checkSampling(body, model);
  const read = await readInput(body['input']);
  const instructions = typeof body['instructions'] === 'string' ? [body['instructions']] : [];
  const text = isBody(body['text']) ? body['text'] : {};
  const request: TextRequest = {
    ...read,
    instructions: [...instructions, read.instructions].join('\n'),
    format: readFormat(text['format']),
    maxTokens: wholeNumber(body, 'max_output_tokens', 16),
  };
  if (request.format.kind === 'json_object' && !/json/iu.test(request.instructions + request.text)) {
    throw badRequest(
      "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
      'input',
    );
  }
  const composed = compose(
    request,
    model,
    fault?.kind === 'length' ? { kind: 'length' } : fault,
    context.scripts,
  );
  const response = responseOf(body, model, composed, context.now());
  return body['stream'] === true
    ? { kind: 'events', events: streamOf(response) }
    : { kind: 'json', status: 200, body: response };
}

interface OutputPart {
  type: 'output_text' | 'refusal';
  [member: string]: unknown;
}

interface OutputMessage {
  id: string;
  type: 'message';
  status: 'completed' | 'incomplete' | 'in_progress';
  role: 'assistant';
  content: OutputPart[];
}

interface ResponseObject {
  id: string;
  status: 'completed' | 'incomplete' | 'in_progress';
  output: OutputMessage[];
  [member: string]: unknown;
}

function responseOf(body: Body, model: ModelRow, composed: Composed, now: Date): ResponseObject {
  const { content, refusal, finish, inputTokens, outputTokens } = composed;
  const status = finish === 'stop' ? 'completed' : 'incomplete';
  const seconds = Math.floor(now.getTime() / 1000);
  const part: OutputPart =
    refusal === null
      ? { type: 'output_text', text: content, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal };
  const parts = refusal === null && content === '' && finish === 'content_filter' ? [] : [part];
  return {
    id: `resp_${randomBytes(24).toString('hex')}`,
    object: 'response',
    created_at: seconds,
    status,
    completed_at: status === 'completed' ? seconds : null,
    background: false,
    error: null,
    incomplete_details:
      finish === 'stop' ? null : { reason: finish === 'length' ? 'max_output_tokens' : 'content_filter' },
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    model: model.id,
    output: [
      {
        id: `msg_${randomBytes(24).toString('hex')}`,
        type: 'message',
        status,
        role: 'assistant',
        content: parts,
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: isBody(body['text']) ? body['text'] : { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
    user: null,
    metadata: body['metadata'] ?? {},
  };
}

/** Server-sent events of a response: the same object as it grows. */
function* streamOf(response: ResponseObject): Generator<string> {
  let sequence = 0;
  const event = (type: string, members: object): string => {
    const text = sseEvent({ type, sequence_number: sequence, ...members });
    sequence += 1;
    return text;
  };
  const begun = {
    ...response,
    status: 'in_progress',
    completed_at: null,
    incomplete_details: null,
    output: [],
    usage: null,
  };
  yield event('response.created', { response: begun });
  yield event('response.in_progress', { response: begun });
  for (const [outputIndex, item] of response.output.entries()) {
    const at = { output_index: outputIndex };
    yield event('response.output_item.added', {
      ...at,
      item: { ...item, status: 'in_progress', content: [] },
    });
    for (const [contentIndex, part] of item.content.entries()) {
      const here = { item_id: item.id, ...at, content_index: contentIndex };
      const refused = part.type === 'refusal';
      const text = String(refused ? part['refusal'] : part['text']);
      const empty = refused ? { ...part, refusal: '' } : { ...part, text: '' };
      const kind = refused ? 'response.refusal' : 'response.output_text';
      yield event('response.content_part.added', { ...here, part: empty });
      for (const delta of deltasOf(text)) {
        yield event(`${kind}.delta`, { ...here, delta, ...(refused ? {} : { logprobs: [] }) });
      }
      yield event(`${kind}.done`, { ...here, ...(refused ? { refusal: text } : { text, logprobs: [] }) });
      yield event('response.content_part.done', { ...here, part });
    }
    yield event('response.output_item.done', { ...at, item });
  }
  yield event(response.status === 'completed' ? 'response.completed' : 'response.incomplete', { response });
}

function readFormat(format: unknown): TextRequest['format'] {
  if (format === undefined || format === null) return { kind: 'text' };
  if (!isBody(format)) throw wrongType('text.format', 'an object', format);
  const { type, schema, strict } = format;
  if (type === 'text' || type === 'json_object') return { kind: type };
  if (type !== 'json_schema')
    throw invalidValue('text.format.type', type, ['json_object', 'json_schema', 'text']);
  const name = schemaNameOf(format['name'], 'text.format.name');
  if (schema === undefined) throw missing('text.format.schema');
  // Here strict is the default.
  if (strict !== false) {
    const place = { param: 'text.format.schema', code: 'invalid_json_schema', name };
    return { kind: 'json_schema', name, schema: checkStrictSchema(schema, place) };
  }
  return { kind: 'json_schema', name, schema: isSchema(schema) ? schema : { type: 'object' } };
}

type ReadInput = Pick<TextRequest, 'instructions' | 'text' | 'images'>;

async function readInput(input: unknown): Promise<ReadInput> {
  if (input === undefined || input === null) throw missing('input');
  if (typeof input === 'string') return { instructions: '', text: input, images: [] };
  if (!Array.isArray(input)) throw wrongType('input', 'one of a string or array of objects', input);
  const instructions: string[] = [];
  const texts: string[] = [];
  const images: ImageFacts[] = [];
  for (const [n, item] of input.entries()) {
    const param = `input[${n}]`;
    if (!isBody(item)) throw wrongType(param, 'an object', item);
    const { role, content, type } = item;
    if (type !== undefined && type !== 'message') continue;
    if (typeof role !== 'string' || !['system', 'developer', 'user', 'assistant'].includes(role)) {
      throw invalidValue(`${param}.role`, role, ['assistant', 'system', 'developer', 'user']);
    }
    const read = await readContent(content, `${param}.content`);
    if (role === 'system' || role === 'developer') instructions.push(read.text);
    else if (role === 'user') texts.push(read.text);
    images.push(...read.images);
  }
  return { instructions: instructions.join('\n'), text: texts.join('\n\n'), images };
}

async function readContent(content: unknown, param: string): Promise<{ text: string; images: ImageFacts[] }> {
  if (typeof content === 'string') return { text: content, images: [] };
  if (!Array.isArray(content)) throw wrongType(param, 'one of a string or array of objects', content);
  const texts: string[] = [];
  const images: ImageFacts[] = [];
  for (const [n, part] of content.entries()) {
    const here = `${param}[${n}]`;
    if (!isBody(part)) throw wrongType(here, 'an object', part);
    const { type, text, image_url: url, file_id: fileId } = part;
    if ((type === 'input_text' || type === 'output_text') && typeof text === 'string') texts.push(text);
    else if (type === 'refusal') continue;
    else if (type === 'input_image' && typeof url === 'string') {
      images.push(await imageFacts(await imageBytes(url, `${here}.image_url`), `${here}.image_url`));
    } else if (type === 'input_image' && typeof fileId === 'string') {
      throw badRequest(`The file '${fileId}' was not found.`, `${here}.file_id`, 'file_not_found');
    } else if (type === 'input_image') throw missing(`${here}.image_url`);
    else if (type === 'input_text') throw missing(`${here}.text`);
    else
      throw invalidValue(`${here}.type`, type, [
        'input_text',
        'input_image',
        'output_text',
        'refusal',
        'input_file',
      ]);
  }
  return { text: texts.join('\n'), images };
}
