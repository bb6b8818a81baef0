import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError, htmlPage } from './errors.ts';

export const ROUTES = ['transcriptions', 'chat', 'responses', 'moderations', 'models'] as const;
export type RouteName = (typeof ROUTES)[number];

const kind = <K extends string>(name: K) => z.strictObject({ kind: z.literal(name) });

const faultSchema = z.discriminatedUnion('kind', [
  /** 429 `rate_limit_exceeded`; the waits are told in the headers that are given. */
  kind('rate_limit').extend({
    retryAfter: z.union([z.number(), z.string()]).optional(),
    retryAfterMs: z.number().optional(),
    shouldRetry: z.boolean().optional(),
    code: z.enum(['rate_limit_exceeded', 'slow_down']).default('rate_limit_exceeded'),
  }),
  /** 429 that no waiting heals; retried by the client all the same unless `shouldRetry` is false. */
  kind('quota').extend({
    code: z.enum(['insufficient_quota', 'credit_balance_exhausted']).default('insufficient_quota'),
    shouldRetry: z.boolean().optional(),
  }),
  kind('country'),
  kind('bad_key'),
  kind('server_error').extend({ shouldRetry: z.boolean().optional() }),
  kind('overloaded').extend({ retryAfter: z.number().optional() }),
  /** Any other status, as JSON or as the edge's HTML page. */
  kind('status').extend({
    status: z.number().int().min(400).max(599),
    message: z.string().default('Something went wrong.'),
    code: z.string().optional(),
    html: z.boolean().default(false),
  }),
  /** 204 without a body. */
  kind('no_content'),
  /** The connection is reset once so many bytes of the body have come. */
  kind('reset_upload').extend({ afterBytes: z.number().int().min(0).default(1) }),
  /** All work is done, then the connection is reset instead of an answer. */
  kind('reset_answer'),
  kind('hang'),
  /** Headers and half of the body, then nothing. */
  kind('stall'),
  kind('slow').extend({ ms: z.number().min(0) }),
  /** Only the first part of the transcript, with 200. */
  kind('truncate').extend({ share: z.number().min(0).max(1).default(0.5) }),
  /** Whisper's inventions on silence, whatever the audio is. */
  kind('hallucinate').extend({ text: z.string().optional() }),
  kind('refusal').extend({ message: z.string().default("I'm sorry, but I can't assist with that.") }),
  kind('length'),
  kind('content_filter'),
  /** 200 with text that is no JSON (or not what the schema asks for). */
  kind('invalid_json'),
  kind('empty'),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

export const faultRuleSchema = z.strictObject({
  id: z.string().optional(),
  route: z.enum(['*', ...ROUTES]).default('*'),
  model: z.string().optional(),
  /** Only requests whose text has this (prompt, messages, file name). */
  contains: z.string().optional(),
  /** Only sound in which this is said. */
  says: z.string().optional(),
  /** So many matching requests pass first. */
  after: z.number().int().min(0).default(0),
  /** So many requests are spoiled; null for all. */
  times: z.number().int().min(1).nullable().default(1),
  fault: faultSchema,
});
/** As it is given: only `fault` is needed. */
export type FaultRule = z.input<typeof faultRuleSchema>;
type LiveRule = z.output<typeof faultRuleSchema> & { id: string };

export interface FaultBook {
  add(rule: FaultRule): string;
  remove(id: string): boolean;
  clear(): void;
  list(): LiveRule[];
  /** The fault for a request whose body has not been read: only rules on the upload itself. */
  onUpload(route: RouteName): Extract<Fault, { kind: 'reset_upload' }> | null;
  /** Whether a rule depends on what is said in a sound, so that it has to be heard first. */
  listens(): boolean;
  onRequest(route: RouteName, model: string, text: string, said?: string): Fault | null;
}

export function createFaultBook(): FaultBook {
  let rules: LiveRule[] = [];
  const take = (matches: (rule: LiveRule) => boolean): Fault | null => {
    for (const rule of rules) {
      if (!matches(rule)) continue;
      if (rule.after > 0) {
        rule.after -= 1;
        continue;
      }
      if (rule.times !== null) rule.times -= 1;
      if (rule.times === 0) rules = rules.filter((other) => other !== rule);
      return rule.fault;
    }
    return null;
  };
  return {
    add(given) {
      const rule = faultRuleSchema.parse(given);
      const id = rule.id ?? randomUUID();
      rules.push({ ...rule, id });
      return id;
    },
    remove(id) {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear() {
      rules = [];
    },
    list: () => rules.map((rule) => ({ ...rule })),
    onUpload(route) {
      const fault = take(
        (rule) => rule.fault.kind === 'reset_upload' && (rule.route === '*' || rule.route === route),
      );
      return fault?.kind === 'reset_upload' ? fault : null;
    },
    listens: () => rules.some(({ says }) => says !== undefined),
    onRequest: (route, model, text, said = '') =>
      take(
        (rule) =>
          rule.fault.kind !== 'reset_upload' &&
          (rule.route === '*' || rule.route === route) &&
          (rule.model === undefined || rule.model === model) &&
          (rule.contains === undefined || text.includes(rule.contains)) &&
          (rule.says === undefined || said.includes(rule.says)),
      ),
  };
}

const waits = (fault: {
  retryAfter?: number | string | undefined;
  retryAfterMs?: number | undefined;
  shouldRetry?: boolean | undefined;
}): Record<string, string> => ({
  ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
  ...(fault.retryAfterMs === undefined ? {} : { 'retry-after-ms': String(fault.retryAfterMs) }),
  ...(fault.shouldRetry === undefined ? {} : { 'x-should-retry': String(fault.shouldRetry) }),
});

/** The answer of a fault that is one; null for those that act otherwise. */
export function errorOfFault(fault: Fault, model: string): ApiError | null {
  switch (fault.kind) {
    case 'rate_limit':
      return new ApiError(
        429,
        `Rate limit reached for ${model || 'this model'} in organization org-sandbox on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in ${String(fault.retryAfter ?? 1)}s.`,
        { type: 'requests', code: fault.code, headers: waits(fault) },
      );
    case 'quota':
      return new ApiError(
        429,
        'You exceeded your current quota, please check your plan and billing details.',
        { type: 'insufficient_quota', code: fault.code, headers: waits(fault) },
      );
    case 'country':
      return new ApiError(403, 'Country, region, or territory not supported', {
        type: 'request_forbidden',
        code: 'unsupported_country_region_territory',
      });
    case 'bad_key':
      return new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    case 'server_error':
      return new ApiError(500, 'The server had an error while processing your request. Sorry about that!', {
        type: 'server_error',
        headers: waits(fault),
      });
    case 'overloaded':
      return new ApiError(503, 'The server is currently overloaded. Please try again later.', {
        type: 'service_unavailable_error',
        code: 'server_is_overloaded',
        headers: waits(fault),
      });
    case 'status':
      return new ApiError(fault.status, fault.message, {
        type: fault.status >= 500 ? 'server_error' : 'invalid_request_error',
        ...(fault.code === undefined ? {} : { code: fault.code }),
        ...(fault.html ? { html: htmlPage(fault.status, fault.message) } : {}),
      });
    case 'no_content':
    case 'reset_upload':
    case 'reset_answer':
    case 'hang':
    case 'stall':
    case 'slow':
    case 'truncate':
    case 'hallucinate':
    case 'refusal':
    case 'length':
    case 'content_filter':
    case 'invalid_json':
    case 'empty':
      return null;
    default:
      return fault satisfies never;
  }
}
