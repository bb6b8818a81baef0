import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const afterJob = z.boolean().default(false);
const kind = <K extends string>(name: K) => z.strictObject({ kind: z.literal(name) });
/** How many of the delivery's attempts are spoiled; every one unless given. */
const spoiled = { attempts: z.number().int().min(1).optional() };

const replyFaults = [
  kind('http').extend({
    status: z.number().int().min(400).max(599),
    html: z.boolean().default(false),
    errorType: z.string().optional(),
    /** 504 only: the caller's own `x-fal-request-timeout` ran out. */
    userTimeout: z.boolean().default(false),
    detail: z.string().optional(),
    /** The job is made (and paid) all the same: its answer got lost on the way. */
    afterJob,
  }),
  kind('reset').extend({ afterJob }),
  kind('hang').extend({ afterJob }),
  kind('locked').extend({ reason: z.string().optional() }),
  /** An answer of another form than FAL documents. */
  kind('body').extend({ status: z.number().int().default(200), body: z.unknown() }),
] as const;

const jobFaults = [
  kind('content_policy_violation'),
  kind('no_media_generated'),
  kind('nsfw'),
  kind('cdn_404'),
  kind('expired'),
  kind('never_ends'),
  kind('slow').extend({ seconds: z.number().min(0) }),
  /** The job fails half-way with a message of the model. */
  kind('failed').extend({
    message: z.string().default('Training failed: loss is NaN'),
    status: z.number().int().min(400).max(599).default(500),
    type: z.string().default('internal_server_error'),
  }),
] as const;

const webhookFaults = [
  kind('webhook_lost').extend(spoiled),
  kind('webhook_repeated').extend({ count: z.number().int().min(2).default(2) }),
  /** Arrives before the submit is answered. */
  kind('webhook_early'),
  kind('webhook_late').extend({ seconds: z.number().min(0) }),
  kind('webhook_wrong_signature').extend(spoiled),
  kind('webhook_unsigned').extend(spoiled),
  kind('webhook_stale').extend({ seconds: z.number().default(-301), ...spoiled }),
  kind('webhook_rotated_key'),
  kind('webhook_altered').extend(spoiled),
  /** Genuine, but about a job of somebody else. */
  kind('webhook_foreign').extend(spoiled),
  /** Header and body name different jobs. */
  kind('webhook_mismatch').extend(spoiled),
  kind('webhook_payload_error'),
  kind('webhook_gateway_id'),
] as const;

const replyFaultSchema = z.discriminatedUnion('kind', replyFaults);
const jobFaultSchema = z.discriminatedUnion('kind', jobFaults);
export const webhookFaultSchema = z.discriminatedUnion('kind', webhookFaults);
export const faultSchema = z.discriminatedUnion('kind', [...replyFaults, ...jobFaults, ...webhookFaults]);

export type ReplyFault = z.output<typeof replyFaultSchema>;
export type JobFault = z.output<typeof jobFaultSchema>;
export type WebhookFault = z.output<typeof webhookFaultSchema>;
export type FalFault = z.input<typeof faultSchema>;

export const OPERATIONS = ['submit', 'run', 'status', 'result', 'cancel', 'upload', 'file', 'jwks'] as const;
export type FalOperation = (typeof OPERATIONS)[number];

export const faultRuleSchema = z.strictObject({
  fault: faultSchema,
  /** Which call it spoils; job and webhook faults are always bound to a submit. */
  operation: z.enum(OPERATIONS).default('submit'),
  /** Model id, `*` stands for anything. */
  model: z.string().optional(),
  /** Only inputs that carry these words, in any text of theirs. */
  text: z.string().optional(),
  /** Only the n-th matching call, counted from 1. */
  nth: z.number().int().min(1).optional(),
  /** Only every n-th matching call. */
  every: z.number().int().min(1).optional(),
  /** How often it strikes before it is spent. */
  times: z.union([z.number().int().min(1), z.literal('always')]).default(1),
});

export type FalFaultRule = z.input<typeof faultRuleSchema>;
type StoredRule = z.output<typeof faultRuleSchema> & { id: string; seen: number; struck: number };

/** A rule as it stands now: how many calls matched and how often it struck. */
export type FalFaultState = StoredRule;

export interface Struck {
  reply: ReplyFault | null;
  job: JobFault[];
  webhook: WebhookFault[];
}

/** Words in a prompt that ask for a fault without any rule, e.g. "a cat sandbox:nsfw". */
export const MAGIC_WORDS: Record<string, FalFault> = {
  'sandbox:nsfw': { kind: 'nsfw' },
  'sandbox:policy': { kind: 'content_policy_violation' },
  'sandbox:no-media': { kind: 'no_media_generated' },
  'sandbox:cdn404': { kind: 'cdn_404' },
  'sandbox:fail': { kind: 'failed', message: 'The model failed as the prompt asked' },
  'sandbox:hang': { kind: 'never_ends' },
  'sandbox:expired': { kind: 'expired' },
  'sandbox:slow': { kind: 'slow', seconds: 20 },
  'sandbox:no-webhook': { kind: 'webhook_lost' },
  'sandbox:429': { kind: 'http', status: 429 },
  'sandbox:503': { kind: 'http', status: 503, errorType: 'runner_scheduling_failure' },
};

export interface FaultBook {
  add(rule: unknown): FalFaultState;
  remove(id: string): boolean;
  clear(): void;
  list(): FalFaultState[];
  /** What strikes this call; counts it for every rule that it matches. */
  strike(call: { operation: FalOperation; model?: string; input?: unknown }): Struck;
}

export function createFaultBook(): FaultBook {
  let rules: StoredRule[] = [];
  return {
    add(rule) {
      const stored = { ...faultRuleSchema.parse(rule), id: randomUUID(), seen: 0, struck: 0 };
      rules.push(stored);
      return stored;
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
    strike(call) {
      const text = call.input === undefined ? '' : JSON.stringify(call.input);
      const faults = rules.filter((rule) => strikes(rule, call, text)).map((rule) => rule.fault);
      if (call.operation === 'submit' || call.operation === 'run') {
        for (const [words, fault] of Object.entries(MAGIC_WORDS)) {
          if (text.includes(words)) faults.push(faultSchema.parse(fault));
        }
      }
      return sortFaults(faults);
    },
  };
}

function strikes(rule: StoredRule, call: { operation: FalOperation; model?: string }, text: string): boolean {
  if (rule.operation !== call.operation) return false;
  if (rule.model !== undefined && !matchesModel(rule.model, call.model ?? '')) return false;
  if (rule.text !== undefined && !text.includes(rule.text)) return false;
  rule.seen += 1;
  if (rule.times !== 'always' && rule.struck >= rule.times) return false;
  if (rule.nth !== undefined && rule.seen !== rule.nth) return false;
  if (rule.every !== undefined && rule.seen % rule.every !== 0) return false;
  rule.struck += 1;
  return true;
}

function sortFaults(faults: z.output<typeof faultSchema>[]): Struck {
  const struck: Struck = { reply: null, job: [], webhook: [] };
  for (const fault of faults) {
    const reply = replyFaultSchema.safeParse(fault);
    const job = jobFaultSchema.safeParse(fault);
    const webhook = webhookFaultSchema.safeParse(fault);
    if (reply.success) struck.reply ??= reply.data;
    if (job.success) struck.job.push(job.data);
    if (webhook.success) struck.webhook.push(webhook.data);
  }
  return struck;
}

function matchesModel(pattern: string, model: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(model);
}
