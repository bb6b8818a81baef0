import type { Limiter } from '../limits.ts';
import type { Bot } from '../model.ts';
import type { Params } from '../params.ts';
import type { Queries } from '../queries.ts';
import type { World } from '../world.ts';

/** One call of the Bot API. */
export interface Call {
  world: World;
  bot: Bot;
  params: Params;
  limiter: Limiter;
  queries: Queries;
  /** Webhooks may go to any address, as on a server run with `--local`. */
  localWebhooks: boolean;
}

/** Answers with what becomes `result`; throws ApiError otherwise. */
export type Method = (call: Call) => unknown;

/** A result with the description some methods add. */
export class Described {
  readonly result: unknown;
  readonly description: string;

  constructor(result: unknown, description: string) {
    this.result = result;
    this.description = description;
  }
}

/** A result that is JSON already. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
