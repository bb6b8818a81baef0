import { randomBytes } from 'node:crypto';
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
import { type Reply, type RouteContext, sseData } from './reply.ts';
import { compose, type Composed, type TextRequest } from './writing/compose.ts';
import { checkStrictSchema, isSchema } from './writing/schema.ts';

const KNOWN = new Set(
  (
    'model messages response_format max_tokens max_completion_tokens temperature top_p presence_penalty ' +
    'frequency_penalty stream stream_options n stop seed user store metadata tools tool_choice parallel_tool_calls ' +
    'functions function_call logprobs top_logprobs logit_bias reasoning_effort verbosity service_tier modalities ' +
    'audio prediction web_search_options safety_identifier prompt_cache_key prompt_cache_retention moderation'
  ).split(' '),
);
const DETAILS = ['auto', 'low', 'high', 'original'];
const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

export async function answerChat(
  body: Body,
  model: ModelRow,
  fault: Fault | null,
  context: RouteContext,
): Promise<Reply> {
  refuseUnknown(body, KNOWN);
  if (model.reasoning && body['max_tokens'] !== undefined && body['max_tokens'] !== null) {
    throw badRequest(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    );
  }
  checkSampling(body, model);
  const request: TextRequest = {
    ...(await readMessages(body['messages'])),
    format: readFormat(body['response_format']),
    maxTokens: wholeNumber(body, 'max_completion_tokens', 1) ?? wholeNumber(body, 'max_tokens', 1),
  };
  if (request.format.kind === 'json_object' && !/json/iu.test(request.instructions + request.text)) {
    throw badRequest(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
      'messages',
    );
  }
  const composed = compose(request, model, fault, context.scripts);
  const head = {
    id: `chatcmpl-${randomBytes(14).toString('hex')}`,
    created: Math.floor(context.now().getTime() / 1000),
    model: model.id,
  };
  if (body['stream'] === true) {
    const options = body['stream_options'];
    const withUsage = isBody(options) && options['include_usage'] === true;
    return { kind: 'events', events: streamOf(head, composed, withUsage) };
  }
  const { content, refusal, finish } = composed;
  return {
    kind: 'json',
    status: 200,
    body: {
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: refusal === null ? content : null,
            refusal,
            annotations: [],
          },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage: usageOf(composed),
      service_tier: 'default',
      system_fingerprint: 'fp_sandbox',
    },
  };
}

function usageOf({ inputTokens, outputTokens }: Composed): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Pieces of a text as a stream brings them. */
export const deltasOf = (text: string): string[] =>
  text.match(/\s*\S+(?:\s+\S+){0,3}\s*$|\s*\S+(?:\s+\S+){0,3}/gu) ?? [];

const choice = (delta: object, finish: string | null): object[] => [
  { index: 0, delta, logprobs: null, finish_reason: finish },
];

function* streamOf(head: object, composed: Composed, withUsage: boolean): Generator<string> {
  const chunk = (choices: object[], usage: object | null): string =>
    sseData({
      ...head,
      object: 'chat.completion.chunk',
      service_tier: 'default',
      system_fingerprint: 'fp_sandbox',
      choices,
      ...(withUsage ? { usage } : {}),
    });
  yield chunk(choice({ role: 'assistant', content: '', refusal: null }, null), null);
  const { refusal } = composed;
  for (const text of deltasOf(refusal ?? composed.content)) {
    yield chunk(choice(refusal === null ? { content: text } : { refusal: text }, null), null);
  }
  yield chunk(choice({}, composed.finish), null);
  if (withUsage) yield chunk([], usageOf(composed));
  yield 'data: [DONE]\n\n';
}

function readFormat(format: unknown): TextRequest['format'] {
  if (format === undefined || format === null) return { kind: 'text' };
  if (!isBody(format)) throw wrongType('response_format', 'an object', format);
  const type = format['type'];
  if (type === 'text' || type === 'json_object') return { kind: type };
  if (type !== 'json_schema') {
    throw invalidValue('response_format.type', type, ['json_object', 'json_schema', 'text']);
  }
  const given = format['json_schema'];
  if (!isBody(given)) throw missing('response_format.json_schema');
  const name = schemaNameOf(given['name'], 'response_format.json_schema.name');
  const { schema, strict } = given;
  if (strict === true) {
    return {
      kind: 'json_schema',
      name,
      schema: checkStrictSchema(schema, { param: 'response_format', code: null, name }),
    };
  }
  return { kind: 'json_schema', name, schema: isSchema(schema) ? schema : { type: 'object' } };
}

async function readMessages(
  messages: unknown,
): Promise<Pick<TextRequest, 'instructions' | 'text' | 'images'>> {
  if (messages === undefined) throw missing('messages');
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0) {
    throw badRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    );
  }
  const instructions: string[] = [];
  const texts: string[] = [];
  const images: ImageFacts[] = [];
  for (const [n, message] of messages.entries()) {
    const param = `messages[${n}]`;
    if (!isBody(message)) throw wrongType(param, 'an object', message);
    const { role, content } = message;
    if (typeof role !== 'string' || !ROLES.includes(role)) throw invalidValue(`${param}.role`, role, ROLES);
    if (role !== 'assistant' && (content === undefined || content === null)) {
      throw badRequest(`Invalid value for 'content': expected a string, got null.`, `${param}.content`);
    }
    const read = await readContent(content, `${param}.content`, role);
    if (role === 'system' || role === 'developer') instructions.push(read.text);
    else if (role === 'user') texts.push(read.text);
    images.push(...read.images);
  }
  return { instructions: instructions.join('\n'), text: texts.join('\n\n'), images };
}

async function readContent(
  content: unknown,
  param: string,
  role: string,
): Promise<{ text: string; images: ImageFacts[] }> {
  if (content === undefined || content === null) return { text: '', images: [] };
  if (typeof content === 'string') return { text: content, images: [] };
  if (!Array.isArray(content)) throw wrongType(param, 'one of a string or array of objects', content);
  const texts: string[] = [];
  const images: ImageFacts[] = [];
  for (const [n, part] of content.entries()) {
    const here = `${param}[${n}]`;
    if (!isBody(part)) throw wrongType(here, 'an object', part);
    const { type, text, image_url: image, refusal } = part;
    if (type === 'text' && typeof text === 'string') texts.push(text);
    else if (type === 'refusal' && typeof refusal === 'string') texts.push(refusal);
    else if (type === 'image_url' && isBody(image) && typeof image['url'] === 'string') {
      if (role !== 'user') {
        throw badRequest(
          `Invalid '${here}'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`,
          here,
          'invalid_value',
        );
      }
      const detail = image['detail'] ?? 'auto';
      if (!DETAILS.some((known) => known === detail)) {
        throw invalidValue(`${here}.image_url.detail`, detail, DETAILS);
      }
      images.push(
        await imageFacts(await imageBytes(image['url'], `${here}.image_url.url`), `${here}.image_url.url`),
      );
    } else if (type === 'text' || type === 'image_url') throw missing(`${here}.${type}`);
    else
      throw invalidValue(`${here}.type`, type, [
        'text',
        'image_url',
        'input_audio',
        'refusal',
        'audio',
        'file',
      ]);
  }
  return { text: texts.join('\n'), images };
}
