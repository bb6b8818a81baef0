import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessConfig } from '@aisha/config';
import type { Logger } from '../logging/logger.ts';
import { untilAborted, withDeadline } from '../deadline.ts';

/** A check's own words, shown as they are in `/health`: they must hold nothing internal. */
export class HealthProblem extends Error {
  override readonly name = 'HealthProblem';
}

export interface HealthCheck {
  /** Resolves when the dependency answered; rejects otherwise. */
  check(signal: AbortSignal): Promise<void>;
  /** Not ready without it; what is not needed only shows. */
  readonly needed: boolean;
  readonly timeoutMs: number;
}

/** Whether the process itself still does its work, whatever its dependencies do. */
export type LiveVerdict =
  | { readonly alive: true; readonly details?: Readonly<Record<string, unknown>> }
  | { readonly alive: false; readonly reason: string; readonly details?: Readonly<Record<string, unknown>> };

export interface CheckResult {
  readonly ok: boolean;
  readonly needed: boolean;
  readonly ms: number;
  readonly error?: string;
}

interface Identity {
  readonly app: string;
  readonly instance: string;
  readonly version: string;
  readonly uptimeSeconds: number;
}

export interface LiveReport extends Identity {
  readonly status: 'ok' | 'stuck';
  readonly reason?: string;
  /** How late timers were since the last look: the mean and the worst. */
  readonly eventLoopDelayMs: { readonly mean: number; readonly max: number };
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface ReadyReport extends Identity {
  /** `degraded`: something that is not needed is down. */
  readonly status: 'ok' | 'degraded' | 'unavailable' | 'stopping';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthReport extends ReadyReport {
  readonly live: LiveReport;
}

export interface Health {
  live(): LiveReport;
  ready(): Promise<ReadyReport>;
  summary(): Promise<HealthReport>;
  close(): void;
}

export interface HealthOptions {
  readonly process: Pick<ProcessConfig, 'app' | 'instanceId'>;
  readonly checks: Readonly<Record<string, HealthCheck>>;
  readonly log: Logger;
  readonly live?: () => LiveVerdict;
  /** The lifecycle's signal. */
  readonly stopping?: AbortSignal;
  /** How long one round of checks is good for: probes from several sides cost one. */
  readonly cacheMs?: number;
  readonly version?: string;
}

export function createHealth(options: HealthOptions): Health {
  const { checks, log, stopping } = options;
  const live = options.live ?? ((): LiveVerdict => ({ alive: true }));
  const cacheMs = options.cacheMs ?? 1_000;
  const version = options.version ?? ownVersion();
  const startedAt = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const failing = new Set<string>();
  let round: { readonly at: number; readonly results: Promise<Record<string, CheckResult>> } | null = null;

  const identity = (): Identity => ({
    app: options.process.app,
    instance: options.process.instanceId,
    version,
    uptimeSeconds: Math.round((performance.now() - startedAt) / 1000),
  });

  async function runCheck(name: string, check: HealthCheck): Promise<CheckResult> {
    const begun = performance.now();
    const signal = withDeadline(null, check.timeoutMs);
    const result = (ok: boolean) => ({
      ok,
      needed: check.needed,
      ms: Math.round(performance.now() - begun),
    });
    try {
      await untilAborted(check.check(signal), signal);
      if (failing.delete(name)) log.info('health check passes again', { check: name });
      return result(true);
    } catch (error) {
      // The whole error goes to the log once; the answer to whoever asks shows only its kind.
      if (!failing.has(name)) log.warn('health check fails', { check: name, error });
      failing.add(name);
      return { ...result(false), error: shortReason(error) };
    }
  }

  async function runChecks(): Promise<Record<string, CheckResult>> {
    const named = Object.entries(checks).map(
      async ([name, check]) => [name, await runCheck(name, check)] as const,
    );
    return Object.fromEntries(await Promise.all(named));
  }

  function results(): Promise<Record<string, CheckResult>> {
    const now = performance.now();
    if (round === null || now - round.at > cacheMs) round = { at: now, results: runChecks() };
    return round.results;
  }

  function liveReport(): LiveReport {
    const verdict = live();
    const report = {
      ...identity(),
      eventLoopDelayMs: { mean: milliseconds(delay.mean), max: milliseconds(delay.max) },
      ...(verdict.details === undefined ? {} : { details: verdict.details }),
    };
    delay.reset();
    return verdict.alive
      ? { status: 'ok', ...report }
      : { status: 'stuck', reason: verdict.reason, ...report };
  }

  async function ready(): Promise<ReadyReport> {
    const all = await results();
    return { status: statusOf(Object.values(all), stopping?.aborted ?? false), ...identity(), checks: all };
  }

  return {
    live: liveReport,
    ready,
    summary: async () => ({ ...(await ready()), live: liveReport() }),
    close: () => delay.disable(),
  };
}

function statusOf(results: readonly CheckResult[], stopping: boolean): ReadyReport['status'] {
  if (stopping) return 'stopping';
  if (results.some((one) => one.needed && !one.ok)) return 'unavailable';
  return results.every((one) => one.ok) ? 'ok' : 'degraded';
}

function shortReason(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof HealthProblem) return error.message;
  if (error.name === 'TimeoutError') return 'timeout';
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^[A-Za-z0-9_]{2,40}$/.test(code)) return code;
  return error.cause === undefined ? error.name : shortReason(error.cause);
}

/** perf_hooks gives nanoseconds, and NaN before the first sample. */
function milliseconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.round(nanoseconds / 1e5) / 10 : 0;
}

/** All packages carry the version of the release; this file sits two folders below its package.json, built or not. */
function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return 'unknown';
  return String(manifest.version);
}
