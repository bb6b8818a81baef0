import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackEvent } from './process.ts';

/** The repository; this file lies as deep in `dist` as in `src`. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** What every part of one stack is started with. */
export interface StackContext {
  dataDir: string;
  runDir: string;
  /** Of the environment of whoever started the stack, the harmless part. */
  base: Readonly<Record<string, string>>;
  source: boolean;
  keepAlive: boolean;
  unsafeDatabase: boolean;
  keepStatements: boolean;
  port: (name: string) => number;
  onEvent: (event: StackEvent) => void;
  lifecycle: Lifecycle;
}

/** Intake stops first, then the apps, then the stand-ins, and last what they all lean on. */
const ORDER = ['intake', 'apps', 'stand-ins', 'services'] as const;
type Layer = (typeof ORDER)[number];

export interface Lifecycle {
  /** Starts something; it is stopped with its layer, and waited for even if another one fails meanwhile. */
  start<T extends { stop(): Promise<unknown> }>(layer: Layer, starting: Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export function createLifecycle(): Lifecycle {
  const started = new Map<Layer, { stop(): Promise<unknown> }[]>(ORDER.map((layer) => [layer, []]));
  const pending = new Set<Promise<unknown>>();
  return {
    async start(layer, starting) {
      const registered = starting.then((one) => {
        started.get(layer)?.push(one);
        return one;
      });
      pending.add(registered);
      try {
        return await registered;
      } finally {
        pending.delete(registered);
      }
    },
    async stop() {
      await Promise.allSettled(pending);
      for (const layer of ORDER) {
        const ones = started.get(layer)?.splice(0) ?? [];
        await Promise.allSettled(ones.map((one) => one.stop()));
      }
    },
  };
}

/**
 * Arguments of Node for a program of the repository: compiled, as in production, or its source. Many processes share
 * one small machine here, so each has a smaller nursery for new objects than V8 would take: 20 MB less.
 */
export function programArguments(
  context: Pick<StackContext, 'source'>,
  folder: string,
  file: string,
): string[] {
  const flags = ['--enable-source-maps', '--max-semi-space-size=4'];
  return context.source
    ? ['--conditions=@aisha/source', ...flags, join(ROOT, folder, 'src', `${file}.ts`)]
    : [...flags, join(ROOT, folder, 'dist', `${file}.js`)];
}
