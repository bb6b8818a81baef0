export type UserErrorParams = Readonly<Record<string, string | number>>;

/**
 * The user can do something about it: shown to them in their language, found by `code`; never retried,
 * never reported as a bug.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;
  readonly params: UserErrorParams;

  constructor(code: string, params: UserErrorParams = {}, options?: ErrorOptions) {
    super(`user error ${code}`, options);
    this.code = code;
    this.params = params;
  }
}

/** A process cannot start as things are: its message is the one line that says why, and how to mend it. */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal';
}

/** It may heal by itself: the same thing is tried again later. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** How long the other side asked us to wait; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: ErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
