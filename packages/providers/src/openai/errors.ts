import { shorten } from '@aisha/service';
import { APIConnectionError, APIError, APIUserAbortError } from 'openai/error';
import type { SpeechRefusal } from '../recogniser/recogniser.ts';
import { describeFailure, retryAfterMs } from '../transport.ts';

export type RefusalCode = SpeechRefusal | 'bad-image';

export type OpenAiFailure =
  /** `message`: the server's own words. For an operator who tries a connection; never for logs, since servers repeat prompts. */
  | {
      readonly kind: 'refused';
      readonly code: RefusalCode;
      readonly status: number;
      readonly message: string;
    }
  /** It may heal; `afterMs` is what the server asked for. */
  | { readonly kind: 'retry'; readonly afterMs: number | null; readonly why: string };

// HTML pages of an edge come whole in the message.
const LONGEST_MESSAGE = 300;

export function openAiFailure(error: unknown): OpenAiFailure {
  if (
    !(error instanceof APIError) ||
    error instanceof APIUserAbortError ||
    error instanceof APIConnectionError
  ) {
    return { kind: 'retry', afterMs: null, why: describeFailure(error) };
  }
  const status: number = error.status ?? 0;
  const message = readable(error);
  if (isAccount(error, status)) return { kind: 'refused', code: 'account', status, message };
  // 501: a server that does not have this at all says so; no time heals it.
  if (status === 408 || status === 409 || status === 429 || (status >= 500 && status !== 501)) {
    const afterMs = error.headers === undefined ? null : retryAfterMs(error.headers);
    return { kind: 'retry', afterMs, why: `HTTP ${status}` };
  }
  return { kind: 'refused', code: refusalCode(error, status), status, message };
}

const accountCodes = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'billing_hard_limit_reached',
  'billing_not_active',
  'account_deactivated',
  'invalid_api_key',
]);

/** A 403 is about one model or route unless it says more: a project's key may lack single permissions. */
function isAccount(error: APIError, status: number): boolean {
  if (status === 401 || status === 402) return true;
  if (status === 403 && /balance|quota|billing|payment|suspended|deactivated/i.test(error.message))
    return true;
  return [error.code, error.type].some((word) => accountCodes.has(word ?? ''));
}

function isCountry(error: APIError): boolean {
  return error.code === 'unsupported_country_region_territory';
}

const complaints: readonly (readonly [RegExp, RefusalCode])[] = [
  [/audio duration .* longer than|maximum for this model|too long/i, 'too-long'],
  [/too short|minimum audio length/i, 'too-short'],
  [/maximum content size/i, 'too-big'],
  [
    /unsupported file format|invalid file format|unrecognized file format|could not be decoded|corrupted|audio file/i,
    'bad-audio',
  ],
  [/image/i, 'bad-image'],
];

/** Forbidden, no such model or endpoint, not made for this: about what was asked for, not about our request. */
const NOT_HERE = new Set([403, 404, 405, 501]);

const modelCodes = new Set([
  'model_not_found',
  'model_not_available',
  'model_decommissioned',
  'model_terms_required',
  'invalid_model',
  'DeploymentNotFound',
]);

/** Compatible servers say it with 400, too. */
function isModel(error: APIError): boolean {
  return (
    [error.code, error.type].some((word) => modelCodes.has(word ?? '')) ||
    /\bmodel\b.*(?:not (?:found|exist|available|installed|loaded)|decommissioned)|invalid model name|not a valid model|no models? (?:is |are )?loaded|unable to access model/i.test(
      error.message,
    )
  );
}

function refusalCode(error: APIError, status: number): RefusalCode {
  if (isCountry(error)) return 'country';
  if (status === 413) return 'too-big';
  if (NOT_HERE.has(status) || isModel(error)) return 'model';
  return complaints.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'invalid';
}

/** The server's words without what it repeats of our key, and never a page. */
function readable(error: APIError): string {
  const text = error.message.replace(/\s+/g, ' ');
  if (/<html|<!doctype/i.test(text)) return `HTTP ${String(error.status)} (a page, not an answer)`;
  return shorten(text.replace(/\bsk-\S+/g, '[key]'), LONGEST_MESSAGE);
}

/** Compatible servers complain of a request with 500, too. */
const COMPLAINTS = new Set([400, 415, 422, 500, 501]);

/** A complaint that is about one of the request's fields, as far as servers say so. */
export function complainsAbout(error: unknown, field: RegExp): boolean {
  if (!(error instanceof APIError) || !COMPLAINTS.has(error.status ?? 0)) return false;
  return field.test(error.param ?? '') || field.test(error.message);
}

/** What some servers say with an error and others with an answer's end; null for every other error. */
export function endToldByError(error: unknown): 'length' | 'content_filter' | 'no_json' | null {
  if (!(error instanceof APIError)) return null;
  const { code, message, status = 0 } = error;
  if (code === 'json_validate_failed') return 'no_json';
  if (code === 'content_filter' || code === 'content_policy_violation') return 'content_filter';
  const isTooLong =
    status === 413 ||
    code === 'context_length_exceeded' ||
    code === 'string_above_max_length' ||
    (COMPLAINTS.has(status) &&
      /context (?:length|window|size)|prompt is too long|too many (?:input )?tokens|reduce the length/i.test(
        message,
      ));
  return isTooLong ? 'length' : null;
}
