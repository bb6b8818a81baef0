import type { BotApi } from '../bot-api.ts';
import { actingOperations } from './acting.ts';
import { definer, type Operations } from './operation.ts';
import { peopleOperations } from './people.ts';
import { faultOperations, readingOperations } from './reading.ts';
import { sendingOperations } from './sending.ts';

/** The people's side of the stand-in, and its switches; over HTTP `POST /sandbox/<name>` takes the same. */
export function createControl(api: BotApi, operations: Operations = new Map()) {
  const define = definer(operations);
  return {
    ...peopleOperations(api, define),
    ...sendingOperations(api, define),
    ...actingOperations(api, define),
    ...readingOperations(api, define),
    ...faultOperations(api, define),
  };
}

type LocalControl = ReturnType<typeof createControl>;

export type TelegramControl = LocalControl & {
  /** The bytes of a file in a transcript. */
  download(file: { path: string }): Promise<Uint8Array>;
};
