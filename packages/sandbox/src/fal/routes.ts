import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuseCaller } from './auth.ts';
import { answerControl } from './control-routes.ts';
import type { FalControl } from './control.ts';
import type { FalOperation } from './faults.ts';
import type { FileStore } from './files.ts';
import { readAddress, sendReply, type Call, type Reply } from './http.ts';
import type { FalKeys } from './keys.ts';
import { appOf } from './models/catalogue.ts';
import {
  answerResult,
  answerStatus,
  cancelJob,
  notFoundResult,
  replyOfFault,
  streamStatus,
  submitJob,
  type Answer,
  type Noted,
  type QueueParts,
} from './queue-routes.ts';
import { createStorageRoutes } from './storage-routes.ts';

interface RouterParts extends QueueParts {
  accepted: ReadonlySet<string>;
  files: FileStore;
  keys: FalKeys;
  control: FalControl;
  report: (error: unknown) => void;
}

interface Route {
  operation: FalOperation | null;
  model?: string;
  requestId?: string;
  /** Whether FAL asks for a key here. */
  keyed: boolean;
  answer: (noted: Noted) => Answer | Promise<Answer>;
}

const REQUEST = /^\/(.+?)\/requests\/([^/]+)(?:\/(status|status\/stream|response|cancel))?$/u;
const MODEL = /^\/([\w.-]+\/[\w.-]+(?:\/[\w.-]+)*)$/u;
const NOT_FOUND: Reply = { status: 404, body: { detail: 'Not Found' } };
const NOT_ALLOWED: Reply = { status: 405, body: { detail: 'Method Not Allowed' } };

/** One request in, one answer out, whatever happens; everything but the controls is journaled. */
export function createRouter(parts: RouterParts) {
  const storage = createStorageRoutes(parts);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = readAddress(request);
    const call: Call = { request, response, method: request.method ?? 'GET', ...address };
    response.on('error', () => null);
    if (call.path.startsWith('/sandbox/')) {
      return sendReply(response, await answerControl(call, parts.control).catch(failure));
    }
    const route = findRoute(call, parts, storage);
    const noted: Noted = {};
    if (route.model !== undefined) noted.model = route.model;
    if (route.requestId !== undefined) noted.requestId = route.requestId;
    const answer = await decide(call, route, parts, noted).catch((error: unknown): Reply => {
      // A caller who hung up in the middle is not a fault of ours.
      if (!request.destroyed || request.complete) parts.report(error);
      return { status: 500, body: { detail: 'Internal server error', error_type: 'internal_error' } };
    });
    parts.journal.note('requests', {
      at: new Date().toISOString(),
      method: call.method,
      host: call.host,
      path: call.path,
      query: call.query.toString(),
      status: typeof answer === 'object' ? answer.status : answer === 'streamed' ? response.statusCode : 0,
      ...(route.operation === null ? {} : { operation: route.operation }),
      ...noted,
    });
    if (answer === 'cut') request.socket.resetAndDestroy();
    else if (typeof answer === 'object') sendReply(response, answer);
    // What was not read of a refused body must not hang on the connection.
    if (!request.complete) request.resume();
  };
}

async function decide(call: Call, route: Route, parts: RouterParts, noted: Noted): Promise<Answer> {
  if (route.keyed) {
    const refusal = refuseCaller(
      call.request,
      parts.accepted,
      noted.model === undefined ? null : appOf(noted.model),
    );
    if (refusal !== null) return refusal;
  }
  const { operation } = route;
  // A submit reads its input first: its faults may depend on the prompt.
  if (operation !== null && operation !== 'submit' && operation !== 'run') {
    const { model } = noted;
    const { reply } = parts.faults.strike({ operation, ...(model === undefined ? {} : { model }) });
    if (reply !== null) {
      noted.fault = reply.kind;
      return replyOfFault(reply);
    }
  }
  return route.answer(noted);
}

function findRoute(call: Call, parts: RouterParts, storage: ReturnType<typeof createStorageRoutes>): Route {
  const { method, path } = call;
  if (path === '/.well-known/jwks.json' && method === 'GET') {
    return open('jwks', () => ({ status: 200, body: parts.keys.jwks() }));
  }
  if (path === '/v1/meta' && method === 'GET') {
    return open(null, () => ({ status: 200, body: { webhook_ip_ranges: ['127.0.0.0/8', '::1/128'] } }));
  }
  const [, purged] = /^\/v1\/models\/requests\/([^/]+)\/payloads$/u.exec(path) ?? [];
  if (purged !== undefined) {
    const reply = { status: parts.board.find(purged) === null ? 404 : 200, body: {} };
    return { operation: null, keyed: true, answer: () => (method === 'DELETE' ? reply : NOT_ALLOWED) };
  }
  if (path.startsWith('/storage/') || path.startsWith('/upload/') || path.startsWith('/files/')) {
    return findStorageRoute(call, storage);
  }
  const [, asked, requestId, what] = REQUEST.exec(path) ?? [];
  if (asked !== undefined && requestId !== undefined)
    return requestRoute(call, asked, requestId, what, parts);
  const model = MODEL.exec(path)?.[1];
  if (model === undefined) return open(null, () => NOT_FOUND);
  const direct = call.host === 'fal.run';
  return {
    operation: direct ? 'run' : 'submit',
    model,
    keyed: true,
    answer: (noted) => (method === 'POST' ? submitJob(call, model, direct, parts, noted) : NOT_ALLOWED),
  };
}

function findStorageRoute(call: Call, storage: ReturnType<typeof createStorageRoutes>): Route {
  const { method, path } = call;
  const keyed = (answer: Route['answer']): Route => ({ operation: 'upload', keyed: true, answer });
  if (method === 'POST' && path === '/storage/upload/initiate')
    return keyed(() => storage.initiate(call, false));
  if (method === 'POST' && path === '/storage/upload/initiate-multipart') {
    return keyed(() => storage.initiate(call, true));
  }
  if (method === 'POST' && path === '/storage/auth/token') return keyed(() => storage.token());
  if (method === 'POST' && path === '/files/upload')
    return open('upload', () => storage.uploadWithToken(call));
  const [, id, step = null] = /^\/upload\/([^/]+)(?:\/(\d+|complete))?$/u.exec(path) ?? [];
  if (id !== undefined) return open('upload', () => storage.upload(call, id, step));
  if (method === 'GET' || method === 'HEAD') return open('file', () => storage.download(call));
  return open(null, () => NOT_FOUND);
}

function requestRoute(
  call: Call,
  asked: string,
  requestId: string,
  what: string | undefined,
  parts: RouterParts,
): Route {
  const found = parts.board.find(requestId);
  // The sub-path may be there or not; another app's id is nobody's.
  const job = found !== null && appOf(found.model) === appOf(asked) ? found : null;
  const route = (operation: FalOperation, allowed: string, answer: () => Answer): Route => ({
    operation,
    model: job?.model ?? asked,
    requestId,
    keyed: true,
    answer: () => (call.method === allowed ? answer() : NOT_ALLOWED),
  });
  const unknown: Reply = { status: 404, body: { status: 'NOT_FOUND' } };
  switch (what) {
    case 'status':
      return route('status', 'GET', () => (job === null ? unknown : answerStatus(call, job, parts)));
    case 'status/stream':
      return route('status', 'GET', () => (job === null ? unknown : streamStatus(call, job, parts)));
    case 'cancel':
      return route('cancel', 'PUT', () => cancelJob(job, requestId, parts));
    case 'response':
    case undefined:
    default:
      return route('result', 'GET', () => (job === null ? notFoundResult() : answerResult(job, parts)));
  }
}

function open(operation: FalOperation | null, answer: Route['answer']): Route {
  return { operation, keyed: false, answer };
}

function failure(error: unknown): Reply {
  return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
}
