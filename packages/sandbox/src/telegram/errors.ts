/** What the Bot API adds to some failures. */
export interface ResponseParameters {
  retry_after?: number;
  migrate_to_chat_id?: number;
}

/** A failure the caller is told about: `{"ok":false,"error_code":…,"description":…}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(code: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** Lower-cases the first letter as the server does: not before `_` nor before another capital. */
function sentence(text: string): string {
  const second = text.charAt(1);
  const keep = second === '_' || (second !== second.toLowerCase() && second === second.toUpperCase());
  return keep ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

export const badRequest = (text: string): ApiError => new ApiError(400, `Bad Request: ${sentence(text)}`);

export const forbidden = (text: string): ApiError => new ApiError(403, `Forbidden: ${sentence(text)}`);

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized');

export const conflict = (text: string): ApiError => new ApiError(409, `Conflict: ${text}`);

export const tooManyRequests = (seconds: number): ApiError =>
  new ApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });

export const chatNotFound = (): ApiError => badRequest('chat not found');
