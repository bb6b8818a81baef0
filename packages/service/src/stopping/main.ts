import { ConfigError } from '@aisha/config';
import { describeError, errorLine } from '../errors/describe.ts';
import { StartRefusal } from '../errors/errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import { exitCodes } from './lifecycle.ts';

/**
 * The frame of every `main.ts`: builds and starts the process, then wires the stop. One that cannot start says why
 * and ends.
 */
export async function runMain(start: () => Promise<Lifecycle>): Promise<void> {
  try {
    const lifecycle = await start();
    lifecycle.run();
  } catch (error) {
    // Why it refuses to start is explained by the message; anything else is a bug, and its stack says where.
    const explained = error instanceof ConfigError || error instanceof StartRefusal;
    process.stderr.write(
      explained
        ? `${error.message}
`
        : `${errorLine(error)}
${describeError(error).stack ?? ''}
`,
    );
    process.exit(exitCodes.failed);
  }
}
