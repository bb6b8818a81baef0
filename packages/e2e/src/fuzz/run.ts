import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { falRequests, type Genuine, isBelievable, type Material, telegramRequest } from './genuine.ts';
import { type Mutation, mutate, mutation } from './mutations.ts';
import { type Answer, type Draft, isComplete, sendRaw } from './raw.ts';
import type { Target } from './target.ts';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Rows of requests side by side. */
  readonly rows: number;
  readonly say?: (line: string) => void;
}

export interface FuzzReport {
  /** Answers by status; `closed` for a connection closed without one. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly sent: number;
  /** Genuine requests sent in between: all of them have to be taken. */
  readonly valid: { readonly sent: number; readonly taken: number; readonly slowestMs: number };
  /** Resident memory of each process in MB: after the warm-up, and at the end. */
  readonly memory: readonly { readonly name: string; readonly before: number; readonly after: number }[];
  readonly crashes: readonly string[];
  readonly seconds: number;
}

/** What a proxy says of a protocol that it does not speak; the fault is the sender's all the same. */
const PROTOCOL_REFUSALS = new Set([501, 505]);
const ANSWER_MS = 10_000;
/** By then each replica has made its first full garbage collections, and must not grow any more. */
const WARM_UP = 50_000;
const VALID_EVERY = 40;
/** Signed once, good for some minutes. */
const SIGN_EVERY_MS = 60_000;

interface Case {
  readonly which: number;
  readonly port: number;
  readonly changes: readonly Mutation[];
}

/** Throws fast-check's report, with the smallest request that fails, when a promise is broken. */
export async function runFuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const { material } = target;
  const begun = performance.now();
  const statuses: Record<string, number> = {};
  const valid = { sent: 0, taken: 0, slowestMs: 0 };
  let sent = 0;
  let pool = await falRequests(material);
  let signedAt = performance.now();
  const warmUp = Math.min(WARM_UP, options.requests / 2);
  let before: Map<string, number> | null = null;

  const refresh = async () => {
    if (performance.now() - signedAt < SIGN_EVERY_MS) return;
    signedAt = performance.now();
    pool = await falRequests(material);
  };
  const property = fc.asyncProperty(
    fc.record({
      which: fc.nat(1_000),
      port: fc.nat(target.ports.length - 1),
      changes: fc.array(mutation, { minLength: 1, maxLength: 4 }),
    }),
    async (given) => {
      await refresh();
      const { genuine, draft } = compose(given, pool, material);
      const answer = await sendRaw(target.ports[given.port] ?? 0, draft, ANSWER_MS);
      sent += 1;
      const name = answer.kind === 'answered' ? String(answer.status) : answer.kind;
      statuses[name] = (statuses[name] ?? 0) + 1;
      judge(genuine, draft, answer);
      if (sent % VALID_EVERY === 0) await sendValid(target, pool, valid);
      if (before === null && sent >= warmUp) before = memoryOf(target);
      if (sent % 10_000 === 0) options.say?.(`  ${sent} requests, ${JSON.stringify(statuses)}`);
    },
  );
  await Promise.all(
    Array.from({ length: options.rows }, (_, row) =>
      fc.assert(property, {
        numRuns: Math.ceil(options.requests / options.rows),
        seed: options.seed + row,
        // Shrinking a request that makes the server silent would take minutes for nothing.
        endOnFailure: false,
        includeErrorInReport: true,
        interruptAfterTimeLimit: 3_600_000,
        markInterruptAsFailure: true,
      }),
    ),
  );
  const after = memoryOf(target);
  return {
    statuses,
    sent,
    valid,
    memory: [...after].map(([name, mb]) => ({ name, before: before?.get(name) ?? 0, after: mb })),
    crashes: target.crashes(),
    seconds: Math.round((performance.now() - begun) / 1_000),
  };
}

function compose(
  { which, changes }: Case,
  pool: readonly Genuine[],
  material: Material,
): { genuine: Genuine; draft: Draft } {
  // Every third is Telegram's.
  const genuine = which % 3 === 0 ? telegramRequest(material) : pool[which % pool.length];
  if (!genuine) throw new Error('no genuine request to begin with');
  return { genuine, draft: changes.reduce(mutate, genuine.draft) };
}

function judge(genuine: Genuine, draft: Draft, answer: Answer): void {
  if (answer.kind === 'silent') throw new Error(`no answer within ${ANSWER_MS / 1_000} s`);
  if (answer.kind === 'closed') {
    if (isComplete(draft) && isWellFormed(draft)) throw new Error('closed without an answer');
    return;
  }
  const { status, body } = answer;
  if (status === 0) throw new Error(`not HTTP: ${body}`);
  if (status >= 500 && !PROTOCOL_REFUSALS.has(status))
    throw new Error(`answered ${status}: ${body.slice(0, 200)}`);
  if (
    /\bat [^\n]+\.[jt]s:\d+|node_modules|ECONN|postgres|redis/i.test(body) &&
    draft.path.startsWith('/webhook')
  )
    throw new Error(`an answer tells what is inside: ${body.slice(0, 300)}`);
  const isWebhook = draft.method === 'POST' && /^\/(webhook|api)\//i.test(draft.path);
  if (isWebhook && status >= 200 && status < 300 && !isBelievable(genuine, draft))
    throw new Error(`a forged request was taken with ${status}: ${body.slice(0, 200)}`);
}

/** What a connection takes in before anybody reads it. */
const LARGE_BODY = 64 * 1024;

/**
 * Whether a server must answer. It may hang up on what is too broken; and where it refuses a large body that nobody
 * reads, the reset of the closing connection can overtake its answer (RFC 9112, section 9.6). nginx, which alone is
 * public, reads on.
 */
const isWellFormed = ({ framing, version, method, body }: Draft): boolean =>
  ['length', 'chunked'].includes(framing) &&
  body.length <= LARGE_BODY &&
  version === 'HTTP/1.1' &&
  /^[A-Z]+$/.test(method) &&
  method !== 'CONNECT';

async function sendValid(
  target: Target,
  pool: readonly Genuine[],
  valid: { sent: number; taken: number; slowestMs: number },
): Promise<void> {
  const genuine = [...pool.filter((one) => one.valid), telegramRequest(target.material)];
  const one = genuine[valid.sent % genuine.length];
  const port = target.ports[valid.sent % target.ports.length] ?? 0;
  if (!one) return;
  valid.sent += 1;
  const begun = performance.now();
  const answer = await sendRaw(port, one.draft, ANSWER_MS);
  valid.slowestMs = Math.max(valid.slowestMs, Math.round(performance.now() - begun));
  if (answer.kind === 'answered' && answer.status === 200) valid.taken += 1;
  else throw new Error(`a genuine request was not taken: ${JSON.stringify(answer)}`);
}

function memoryOf(target: Target): Map<string, number> {
  return new Map(
    target.processes().map(({ name, pid }) => {
      const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return [name, Math.round(Number(kb ?? 0) / 1_024)];
    }),
  );
}
