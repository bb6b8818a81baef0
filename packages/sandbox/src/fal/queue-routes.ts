import { createHash, randomUUID } from 'node:crypto';
import { EXHAUSTED, lockedReply } from './auth.ts';
import type { FaultBook, ReplyFault, Struck } from './faults.ts';
import { parseJson, readBody, type Call, type Reply } from './http.ts';
import { jobState, type Job, type JobBoard } from './jobs.ts';
import type { Journal } from './journal.ts';
import { appOf, knownApp } from './models/catalogue.ts';
import type { FalSettings } from './settings.ts';
import type { WebhookSender } from './webhooks.ts';

export interface QueueParts {
  settings: () => FalSettings;
  baseUrl: () => string;
  board: JobBoard;
  faults: FaultBook;
  journal: Journal;
  webhooks: WebhookSender;
  expiresAt: (job: Job) => number;
}

/** What a handler says about its call, besides the answer, for the journal. */
export interface Noted {
  model?: string;
  requestId?: string;
  fault?: string;
}

/** `cut`: the connection is reset; `silent`: it stays open without an answer. */
export type Answer = Reply | 'cut' | 'silent' | 'streamed';

export function replyOfFault(fault: ReplyFault): Answer {
  if (fault.kind === 'reset') return 'cut';
  if (fault.kind === 'hang') return 'silent';
  if (fault.kind === 'locked') return lockedReply(fault.reason ?? EXHAUSTED);
  if (fault.kind === 'body') return { status: fault.status, body: fault.body };
  const { status, errorType } = fault;
  const headers: Record<string, string> = {};
  if (errorType !== undefined) headers['x-fal-error-type'] = errorType;
  if (status === 429) headers['x-fal-needs-retry'] = '1';
  if (fault.userTimeout) headers['x-fal-request-timeout-type'] = 'user';
  if (fault.html) {
    const body = `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`;
    return { status, headers: { ...headers, 'content-type': 'text/html' }, body };
  }
  const detail = fault.detail ?? STATUS_TEXT[status] ?? 'Error';
  return { status, headers, body: { detail, ...(errorType === undefined ? {} : { error_type: errorType }) } };
}

const STATUS_TEXT: Record<number, string> = {
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'No runner is available',
  504: 'Request timed out',
};

/** `POST /{model}`: queued, or on `fal.run` run at once. */
export async function submitJob(
  call: Call,
  model: string,
  direct: boolean,
  parts: QueueParts,
  noted: Noted,
): Promise<Answer> {
  noted.model = model;
  const settings = parts.settings();
  const app = appOf(model);
  if (!isServed(app, settings)) return { status: 404, body: { detail: `Application "${model}" not found` } };
  const body = await readBody(call.request);
  if (body === null) return { status: 413, body: { detail: 'Request body is too large' } };
  const input = body.length === 0 ? {} : parseJson(body.toString('utf8'));
  const struck = parts.faults.strike({ operation: direct ? 'run' : 'submit', model, input });
  const { reply } = struck;
  if (reply !== null) noted.fault = reply.kind;
  if (reply !== null && !('afterJob' in reply && reply.afterJob)) return replyOfFault(reply);
  if (settings.locked !== null) return lockedReply(settings.locked);
  if (input === undefined) return { status: 400, body: { detail: 'Request body is not valid JSON' } };
  if (direct && parts.board.busy())
    return tooMany('concurrent_requests_limit', 'Too many concurrent requests');
  const longest = call.query.get('fal_max_queue_length');
  if (longest !== null && parts.board.waiting().length > Number(longest)) {
    return tooMany('queue_length_limit', 'The queue is longer than fal_max_queue_length');
  }

  const job = makeJob(call, { model, app, input, direct, struck, settings });
  noted.requestId = job.requestId;
  parts.board.add(job);
  if (struck.webhook.some((fault) => fault.kind === 'webhook_early') && !direct) {
    parts.board.start(job);
    await parts.board.completed(job);
    await parts.webhooks.deliver(job);
  }
  if (reply !== null) return replyOfFault(reply);
  if (direct) {
    call.response.once('close', () => parts.board.cancel(job));
    await parts.board.completed(job);
    return replay(job);
  }
  return {
    status: 200,
    headers: { 'x-fal-request-id': job.requestId },
    body: {
      ...identity(job, parts),
      gateway_request_id: job.gatewayRequestId,
      status: 'IN_QUEUE',
      queue_position: parts.board.position(job),
    },
  };
}

function isServed(app: string, settings: FalSettings): boolean {
  return knownApp(app) && !(app === 'fal-ai/flux-pro-trainer' && settings.fluxProTrainer === 'gone');
}

function tooMany(errorType: string, detail: string): Reply {
  const headers = { 'x-fal-error-type': errorType, 'x-fal-needs-retry': '1' };
  return { status: 429, headers, body: { detail, error_type: errorType } };
}

function makeJob(
  call: Call,
  about: {
    model: string;
    app: string;
    input: unknown;
    direct: boolean;
    struck: Struck;
    settings: FalSettings;
  },
): Job {
  const { model, app, input, direct, struck, settings } = about;
  const requestId = randomUUID();
  const now = Date.now();
  const other = struck.webhook.some((fault) => fault.kind === 'webhook_gateway_id');
  const timeout = Number(call.request.headers['x-fal-request-timeout']);
  return {
    requestId,
    gatewayRequestId: other ? randomUUID() : requestId,
    model,
    app,
    input,
    inputDigest: createHash('sha256').update(JSON.stringify(input)).digest('hex'),
    priority: call.request.headers['x-fal-queue-priority'] === 'low' ? 'low' : 'normal',
    webhookUrl: call.query.get('fal_webhook'),
    direct,
    createdAt: now,
    readyAt: now + (direct ? 0 : settings.timing.queueSeconds * 1000),
    startTimeoutSeconds: timeout > 1 ? timeout : null,
    fileLifetimeSeconds: lifetimePreference(call.request.headers['x-fal-object-lifecycle-preference']),
    startedAt: null,
    completedAt: null,
    cancelRequested: false,
    expired: false,
    removed: false,
    logs: [],
    outcome: null,
    webhookDone: direct,
    faults: struck.job,
    webhookFaults: struck.webhook,
  };
}

/** Seconds that uploads or results are to be kept, from FAL's lifecycle headers. */
export function lifetimePreference(header: string | string[] | undefined): number | null {
  const value = typeof header === 'string' ? parseJson(header) : undefined;
  if (typeof value !== 'object' || value === null || !('expiration_duration_seconds' in value)) return null;
  const seconds = Number(value.expiration_duration_seconds);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function identity(job: Job, parts: QueueParts) {
  const url = `${parts.baseUrl()}/${job.app}/requests/${job.requestId}`;
  return {
    request_id: job.requestId,
    response_url: url,
    status_url: `${url}/status`,
    cancel_url: `${url}/cancel`,
  };
}

/** The status object of 1.4; `logsFrom` leaves out what a stream has already told. */
function statusBody(job: Job, withLogs: boolean, parts: QueueParts, logsFrom = 0): object {
  const state = jobState(job);
  const logs = withLogs ? job.logs.slice(logsFrom) : null;
  const common = { status: state, ...identity(job, parts) };
  if (state === 'IN_QUEUE') return { ...common, queue_position: parts.board.position(job) };
  if (state === 'IN_PROGRESS') return { ...common, logs };
  const worked = job.startedAt === null ? 0 : ((job.completedAt ?? 0) - job.startedAt) / 1000;
  const { error = null, errorType = null } = job.outcome ?? {};
  return {
    ...common,
    logs,
    metrics: { inference_time: worked },
    ...(error === null ? {} : { error, error_type: errorType }),
  };
}

export function answerStatus(call: Call, job: Job, parts: QueueParts): Reply {
  const body = statusBody(job, call.query.get('logs') === '1', parts);
  return {
    status: jobState(job) === 'COMPLETED' ? 200 : 202,
    headers: { 'x-fal-request-id': job.requestId },
    body,
  };
}

/** Server-sent status objects, each with only the logs that are new, until the job is over. */
export function streamStatus(call: Call, job: Job, parts: QueueParts): Answer {
  const withLogs = call.query.get('logs') === '1';
  const { response } = call;
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-fal-request-id': job.requestId,
  });
  let told = 0;
  let before = '';
  const tell = (): void => {
    const body = JSON.stringify(statusBody(job, withLogs, parts, told));
    if (body === before) return;
    before = body;
    told = job.logs.length;
    response.write(`data: ${body}\n\n`);
    if (jobState(job) === 'COMPLETED') response.end();
  };
  const off = parts.board.onChange((changed) => {
    if (changed === job) tell();
  });
  // Queue positions fall without an event of the job itself.
  const ticks = setInterval(tell, 500);
  response.once('close', () => {
    off();
    clearInterval(ticks);
  });
  tell();
  return 'streamed';
}

export function answerResult(job: Job, parts: QueueParts): Reply {
  if (jobState(job) !== 'COMPLETED') {
    const { earlyResultStatus } = parts.settings();
    return { status: earlyResultStatus, body: { detail: 'Request is still in progress' } };
  }
  return Date.now() >= parts.expiresAt(job) ? notFoundResult() : replay(job);
}

function replay(job: Job): Reply {
  if (job.outcome === null) throw new Error(`job ${job.requestId} has no outcome`);
  const { status: code, headers, body } = job.outcome;
  return { status: code, headers: { ...headers, 'x-fal-request-id': job.requestId }, body };
}

export function notFoundResult(): Reply {
  return { status: 404, body: { detail: 'Request not found' } };
}

export function cancelJob(job: Job | null, requestId: string, parts: QueueParts): Reply {
  const was = job === null ? null : jobState(job);
  const answer =
    was === null ? 'NOT_FOUND' : was === 'COMPLETED' ? 'ALREADY_COMPLETED' : 'CANCELLATION_REQUESTED';
  parts.journal.note('cancels', { at: new Date().toISOString(), requestId, answer, was });
  if (job !== null && was !== 'COMPLETED') parts.board.cancel(job);
  const code = { NOT_FOUND: 404, ALREADY_COMPLETED: 400, CANCELLATION_REQUESTED: 202 }[answer];
  return { status: code, body: { status: answer } };
}
