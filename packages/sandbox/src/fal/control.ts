import { z } from 'zod';
import { webhookFaultSchema, type FalFaultRule, type FalFaultState, type FaultBook } from './faults.ts';
import { cancelledOutcome, jobState, type Job, type JobBoard, type JobState } from './jobs.ts';
import type { CancelRecord, Journal, JournalRequest, WebhookAttempt } from './journal.ts';
import { signWebhook, type FalJwk, type FalKeys } from './keys.ts';
import { mergeSettings, type FalSettings, type FalSettingsPatch } from './settings.ts';
import { jobParameter, type WebhookSender } from './webhooks.ts';

/** A job that was accepted, that is one that the account pays for. */
export interface PaidJob {
  requestId: string;
  model: string;
  /** sha256 of the input as JSON. */
  inputDigest: string;
  /** The `job` query parameter of its webhook address: the product's own id. */
  job: string | null;
  at: string;
  state: JobState;
  /** Status that its result replays; null until it is over. */
  status: number | null;
  error: string | null;
  cancelRequested: boolean;
  /** Whether it ever left the queue; only work is billed. */
  started: boolean;
  webhookUrl: string | null;
  webhookDone: boolean;
}

export interface JobFilter {
  model?: string;
  job?: string;
  requestId?: string;
}

/** What tests may see and do, in the process of the stand-in or over HTTP alike. */
export interface FalControl {
  settings(): Promise<FalSettings>;
  configure(patch: FalSettingsPatch): Promise<FalSettings>;
  addFault(rule: FalFaultRule): Promise<FalFaultState>;
  removeFault(id: string): Promise<boolean>;
  clearFaults(): Promise<void>;
  faults(): Promise<FalFaultState[]>;
  paidJobs(filter?: JobFilter): Promise<PaidJob[]>;
  /** The input as it was submitted; null for an unknown id. */
  jobInput(requestId: string): Promise<unknown>;
  requests(): Promise<JournalRequest[]>;
  webhooks(filter?: { requestId?: string }): Promise<WebhookAttempt[]>;
  cancels(): Promise<CancelRecord[]>;
  /** Locks the account (null unlocks); the text goes after "User is locked. Reason: ". */
  lock(reason: string | null): Promise<void>;
  rotateKeys(options?: { keepOld?: boolean }): Promise<FalJwk>;
  /** Genuine headers over these bytes. */
  sign(body: string, options: { requestId: string; timestamp?: number }): Promise<Record<string, string>>;
  /** Sends a finished job's webhook once more; `faults` are names from the list of webhook faults. */
  sendWebhook(requestId: string, faults?: { kind: string; seconds?: number }[]): Promise<WebhookAttempt>;
  /** From now on the result is gone. */
  expire(requestId: string): Promise<void>;
  /** Ends a job that hangs, as if it was cancelled from FAL's side. */
  end(requestId: string): Promise<void>;
  /** Forgets jobs, journal and faults; settings and files stay. */
  reset(): Promise<void>;
}

export interface ControlParts {
  readSettings: () => FalSettings;
  writeSettings: (settings: FalSettings) => void;
  faults: FaultBook;
  board: JobBoard;
  journal: Journal;
  keys: FalKeys;
  keysChanged: () => void;
  userId: string;
  webhooks: WebhookSender;
}

export function createControl(parts: ControlParts): FalControl {
  const need = (requestId: string): Job => {
    const job = parts.board.all().find((candidate) => candidate.requestId === requestId);
    if (job === undefined) throw new Error(`no job ${requestId}`);
    return job;
  };
  const configure = async (patch: FalSettingsPatch): Promise<FalSettings> => {
    parts.writeSettings(mergeSettings(parts.readSettings(), patch));
    return parts.readSettings();
  };
  return {
    settings: async () => parts.readSettings(),
    configure,
    addFault: async (rule) => parts.faults.add(rule),
    removeFault: async (id) => parts.faults.remove(id),
    clearFaults: async () => parts.faults.clear(),
    faults: async () => parts.faults.list(),
    paidJobs: async (filter = {}) =>
      parts.board
        .all()
        .map(describeJob)
        .filter((job) => matches(job, filter)),
    jobInput: async (requestId) => need(requestId).input,
    requests: async () => parts.journal.requests,
    webhooks: async ({ requestId } = {}) =>
      parts.journal.webhooks.filter((line) => requestId === undefined || line.requestId === requestId),
    cancels: async () => parts.journal.cancels,
    async lock(reason) {
      await configure({ locked: reason });
    },
    async rotateKeys(options) {
      const { jwk } = parts.keys.rotate(options);
      parts.keysChanged();
      return jwk;
    },
    sign: async (body, options) =>
      signWebhook(body, { ...options, userId: parts.userId, key: parts.keys.current() }),
    sendWebhook: async (requestId, faults = []) =>
      parts.webhooks.sendOnce(need(requestId), z.array(webhookFaultSchema).parse(faults)),
    async expire(requestId) {
      need(requestId).expired = true;
    },
    async end(requestId) {
      parts.board.finish(need(requestId), cancelledOutcome());
    },
    async reset() {
      parts.board.forget();
      parts.journal.clear();
      parts.faults.clear();
    },
  };
}

function describeJob(job: Job): PaidJob {
  return {
    requestId: job.requestId,
    model: job.model,
    inputDigest: job.inputDigest,
    job: jobParameter(job.webhookUrl),
    at: new Date(job.createdAt).toISOString(),
    state: jobState(job),
    status: job.outcome?.status ?? null,
    error: job.outcome?.error ?? null,
    cancelRequested: job.cancelRequested,
    started: job.startedAt !== null,
    webhookUrl: job.webhookUrl,
    webhookDone: job.webhookDone,
  };
}

function matches(job: PaidJob, filter: JobFilter): boolean {
  return (
    (filter.model === undefined || filter.model === job.model) &&
    (filter.job === undefined || filter.job === job.job) &&
    (filter.requestId === undefined || filter.requestId === job.requestId)
  );
}
