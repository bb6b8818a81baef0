import type { IncomingMessage } from 'node:http';
import { answerChat } from './chat.ts';
import { asServer, compatibleModel } from './compatible.ts';
import { ApiError, badRequest } from './errors.ts';
import type { Fault, RouteName } from './faults.ts';
import { findModel, listModels, modelFor, modelObject } from './models.ts';
import { answerModeration } from './moderation.ts';
import { isBody, type Body } from './parameters.ts';
import type { Reply, RouteContext } from './reply.ts';
import { answerResponses } from './responses.ts';
import { answerTranscription } from './transcriptions.ts';
import { type ByteWatch, type Form, MAX_REQUEST_BYTES, readForm, readJson, watchedBody } from './upload.ts';

/** A route as far as it is known from its address. */
export interface Route {
  name: RouteName;
  /** Of `/models/{id}`. */
  modelId: string | null;
}

const POSTS: Record<string, RouteName> = {
  '/v1/audio/transcriptions': 'transcriptions',
  '/v1/chat/completions': 'chat',
  '/v1/responses': 'responses',
  '/v1/moderations': 'moderations',
};

export function routeOf(method: string, path: string): Route {
  const posted = POSTS[path];
  const model = /^\/v1\/models(?:\/(?<id>[^/]+))?$/u.exec(path);
  if (posted === undefined && !model) throw new ApiError(404, `Invalid URL (${method} ${path})`);
  if (method !== (posted === undefined ? 'GET' : 'POST')) {
    throw new ApiError(405, `Not allowed to ${method} on ${path}.`, { code: 'method_not_supported' });
  }
  if (posted !== undefined) return { name: posted, modelId: null };
  const id = model?.groups?.['id'];
  return { name: 'models', modelId: id === undefined ? null : decodeURIComponent(id) };
}

/** A request with its body read. */
export type Asked =
  | { name: 'transcriptions'; form: Form }
  | { name: 'chat' | 'responses' | 'moderations'; body: Body }
  | { name: 'models'; modelId: string | null };

export async function readRequest(
  route: Route,
  request: IncomingMessage,
  onBytes: ByteWatch,
): Promise<Asked> {
  switch (route.name) {
    case 'transcriptions':
      return { name: route.name, form: await readForm(request, onBytes) };
    case 'models':
      for await (const chunk of watchedBody(request, onBytes)) if (chunk.length > MAX_REQUEST_BYTES) break;
      return { name: route.name, modelId: route.modelId };
    case 'chat':
    case 'responses':
    case 'moderations': {
      const body = await readJson(request, onBytes);
      if (!isBody(body)) throw badRequest('The body is not a JSON object.');
      return { name: route.name, body };
    }
    default:
      return route.name satisfies never;
  }
}

/** The model that a request names, as it stands there. */
export function modelNamed(asked: Asked): string | null {
  switch (asked.name) {
    case 'transcriptions':
      return asked.form.fields.get('model')?.[0] ?? null;
    case 'models':
      return asked.modelId;
    case 'chat':
    case 'responses':
      return typeof asked.body['model'] === 'string' ? asked.body['model'] : null;
    case 'moderations':
      return typeof asked.body['model'] === 'string' ? asked.body['model'] : 'omni-moderation-latest';
    default:
      return asked satisfies never;
  }
}

/** What rules on content are matched with. */
export function textOf(asked: Asked): string {
  if (asked.name === 'models') return asked.modelId ?? '';
  if (asked.name !== 'transcriptions') return stringsOf(asked.body).join('\n');
  return [asked.form.file?.name ?? '', ...(asked.form.fields.get('prompt') ?? [])].join('\n');
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('data:') ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}

export async function answer(asked: Asked, fault: Fault | null, context: RouteContext): Promise<Reply> {
  const now = context.now();
  const named = modelNamed(asked);
  switch (asked.name) {
    case 'transcriptions':
      return context.server === null
        ? answerTranscription(asked.form, modelFor('speech', named, now), fault, context)
        : asServer(
            context.server,
            await answerTranscription(
              asked.form,
              compatibleModel(context.server, named ?? ''),
              fault,
              context,
            ),
          );
    case 'chat':
      return answerChat(asked.body, modelFor('text', named, now), fault, context);
    case 'responses':
      return answerResponses(asked.body, modelFor('text', named, now), fault, context);
    case 'moderations':
      return answerModeration(asked.body, modelFor('moderation', named, now));
    case 'models': {
      const body =
        asked.modelId === null
          ? { object: 'list', data: listModels(now).map(modelObject) }
          : modelObject(findModel(asked.modelId, now));
      return { kind: 'json', status: 200, body };
    }
    default:
      return asked satisfies never;
  }
}
