/** What the API answers instead of a result; thrown by routes, written by the server. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members beside `error` in the body. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** Sent instead of JSON: what the edge in front of the API answers. */
  readonly html: string | null;

  constructor(
    status: number,
    message: string,
    more: {
      type?: string;
      code?: string | null;
      param?: string | null;
      headers?: Record<string, string>;
      beside?: Record<string, unknown>;
      html?: string;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.type = more.type ?? 'invalid_request_error';
    this.code = more.code ?? null;
    this.param = more.param ?? null;
    this.headers = more.headers ?? {};
    this.beside = more.beside ?? {};
    this.html = more.html ?? null;
  }

  body(): object {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code }, ...this.beside };
  }
}

export const badRequest = (
  message: string,
  param: string | null = null,
  code: string | null = null,
): ApiError => new ApiError(400, message, { param, code });

export const modelNotFound = (model: string): ApiError =>
  new ApiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
    code: 'model_not_found',
  });

export const htmlPage = (status: number, title: string): string =>
  `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
