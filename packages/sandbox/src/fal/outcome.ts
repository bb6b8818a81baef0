/** What a model answered: the queue stores it and replays it as it is. */
export interface Outcome {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  /** null when the model succeeded. */
  error: string | null;
  errorType: string | null;
}

export interface ErrorDetail {
  loc: (string | number)[];
  msg: string;
  type: string;
  url?: string;
  ctx?: Record<string, unknown>;
  input?: unknown;
}

/** Thrown inside a model: becomes the 4xx or 5xx that its result replays. */
export class ModelFailure extends Error {
  readonly status: number;
  readonly details: ErrorDetail[];
  constructor(status: number, details: ErrorDetail[]) {
    super(details[0]?.msg ?? `model answered ${status}`);
    this.name = 'ModelFailure';
    this.status = status;
    this.details = details;
  }
}

/** One entry in FAL's error format, with the link that FAL puts beside its own types. */
export function falDetail(
  type: string,
  loc: (string | number)[],
  msg: string,
  more: { ctx?: Record<string, unknown>; input?: unknown } = {},
): ErrorDetail {
  return { loc, msg, type, url: `https://docs.fal.ai/errors#${type}`, ...more };
}

export function fail(
  type: string,
  loc: (string | number)[],
  msg: string,
  more?: { ctx?: Record<string, unknown>; input?: unknown },
): ModelFailure {
  return new ModelFailure(422, [falDetail(type, loc, msg, more)]);
}

export function succeeded(body: unknown): Outcome {
  return { status: 200, headers: {}, body, error: null, errorType: null };
}

/** Section 1.7 (b): the model's own refusal. */
export function modelError(failure: ModelFailure): Outcome {
  return {
    status: failure.status,
    headers: { 'x-fal-retryable': String(failure.status >= 500) },
    body: { detail: failure.details },
    error: `Invalid status code: ${failure.status}`,
    errorType: failure.details[0]?.type ?? null,
  };
}

/** Section 1.7 (c): the platform failed, not the model. */
export function platformError(
  status: number,
  errorType: string,
  detail: string,
  headers: Record<string, string> = {},
): Outcome {
  return {
    status,
    headers: { 'x-fal-error-type': errorType, ...headers },
    body: { detail, error_type: errorType },
    error: detail,
    errorType,
  };
}

/** A known app without such a path: the runner's plain 404, seen in the field as "Invalid status code: 404". */
export function pathNotFound(path: string): Outcome {
  return {
    status: 404,
    headers: {},
    body: { detail: `Path /${path} not found` },
    error: 'Invalid status code: 404',
    errorType: null,
  };
}
