import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ApiError, badRequest } from '../errors.ts';
import type { Fault } from '../faults.ts';
import type { ImageFacts } from '../images.ts';
import type { ModelRow } from '../models.ts';
import { countTokens } from '../transcript-formats.ts';
import type { ScriptBook } from '../scripts.ts';
import { fillSchema } from './fill.ts';
import { materialOf } from './material.ts';
import { plainAnswer } from './plain.ts';
import { isSchema, type Schema } from './schema.ts';

/** What either text API asks for, the same once it has been read. */
export interface TextRequest {
  /** System and developer messages. */
  instructions: string;
  /** What the user wrote. */
  text: string;
  images: readonly ImageFacts[];
  format: { kind: 'text' } | { kind: 'json_object' } | { kind: 'json_schema'; name: string; schema: Schema };
  maxTokens: number | null;
}

export interface Composed {
  content: string;
  refusal: string | null;
  finish: 'stop' | 'length' | 'content_filter';
  inputTokens: number;
  outputTokens: number;
}

/** Writes the answer to a request. */
export function compose(
  request: TextRequest,
  model: ModelRow,
  fault: Fault | null,
  scripts: ScriptBook,
): Composed {
  const inputTokens = countTokens(request.instructions + request.text) + request.images.length * 765 + 8;
  if (inputTokens > model.contextTokens) {
    throw badRequest(
      `Input tokens exceed the configured limit of ${model.contextTokens} tokens. Your messages resulted in ${inputTokens} tokens. Please reduce the length of the messages.`,
      'messages',
      'context_length_exceeded',
    );
  }
  const answer = (content: string, more: Partial<Composed> = {}): Composed => ({
    content,
    refusal: null,
    finish: 'stop',
    inputTokens,
    outputTokens: countTokens(more.refusal ?? content),
    ...more,
  });
  if (fault?.kind === 'refusal') return answer('', { refusal: fault.message });
  if (fault?.kind === 'content_filter') return answer('', { finish: 'content_filter' });
  if (fault?.kind === 'empty') return answer('');
  if (fault?.kind === 'invalid_json') {
    return answer('Sure! Here is the JSON that you asked for: {"title": "unfinished, ');
  }
  const schemaName = request.format.kind === 'json_schema' ? request.format.name : null;
  const content =
    scripts.answer({ text: `${request.instructions}\n${request.text}`, schemaName }) ?? write(request);
  if (fault?.kind === 'length') return cut(answer(content), Math.ceil(countTokens(content) / 2));
  return request.maxTokens !== null && countTokens(content) > request.maxTokens
    ? cut(answer(content), request.maxTokens)
    : answer(content);
}

const cut = (composed: Composed, tokens: number): Composed => ({
  ...composed,
  // As countTokens counts.
  content: composed.content.slice(0, tokens * 3),
  outputTokens: tokens,
  finish: 'length',
});

function write(request: TextRequest): string {
  const material = materialOf(request);
  switch (request.format.kind) {
    case 'text':
      return plainAnswer(material);
    case 'json_object': {
      // Without a schema of its own this mode is told one in words by most callers.
      const told = schemaInText(`${request.instructions}\n${request.text}`);
      const value = told === null ? { answer: plainAnswer(material) } : fillSchema(told, material);
      return JSON.stringify(value);
    }
    case 'json_schema': {
      const value = fillSchema(request.format.schema, material);
      const complaint = complaintOf(request.format.schema, value);
      if (complaint !== null) {
        throw new ApiError(500, `The sandbox could not satisfy the schema: ${complaint}`, {
          type: 'server_error',
        });
      }
      return JSON.stringify(value);
    }
    default:
      return request.format satisfies never;
  }
}

const ajv = new Ajv2020({
  strict: false,
  validateFormats: false,
  validateSchema: false,
  addUsedSchema: false,
});
const validators = new Map<string, ValidateFunction>();
const KEPT_VALIDATORS = 100;

/** Compiling takes longer than all the rest, and callers send the same few schemas. */
function validatorOf(schema: Schema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known) return known;
  if (validators.size >= KEPT_VALIDATORS) {
    validators.clear();
    ajv.removeSchema();
  }
  const { $schema: _, $id: __, ...plain } = schema;
  const validate = ajv.compile(plain);
  validators.set(key, validate);
  return validate;
}

/** Why a value does not satisfy a schema, or null. */
function complaintOf(schema: Schema, value: unknown): string | null {
  const validate = validatorOf(schema);
  return validate(value) ? null : ajv.errorsText(validate.errors);
}

/** The first JSON object of a text that is a schema of an object. */
function schemaInText(text: string): Schema | null {
  for (let from = text.indexOf('{'); from >= 0; from = text.indexOf('{', from + 1)) {
    const end = endOfObject(text, from);
    if (end === null) continue;
    try {
      const value: unknown = JSON.parse(text.slice(from, end));
      if (isSchema(value) && isSchema(value['properties'])) return value;
    } catch {
      // Not JSON: the next brace.
    }
  }
  return null;
}

function endOfObject(text: string, from: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i += 1) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return null;
}
