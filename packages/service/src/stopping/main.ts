import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { ConfigError } from '@aisha/config';
import { describeError, errorLine } from '../errors/describe.ts';
import { StartRefusal } from '../errors/errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import { exitCodes } from './lifecycle.ts';

const ADDRESS_ATTEMPT_MS = 1_500;

/**
 * The frame of every `main.ts`: builds and starts the process, then wires the stop. One that cannot start says why
 * and ends.
 */
export async function runMain(start: () => Promise<Lifecycle>): Promise<void> {
  // IPv6 is announced but leads nowhere on many servers, and a far server may need longer than Node's quarter of a second
  // for a hand-shake: each address of a name gets this long before the next one is tried.
  setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_ATTEMPT_MS);
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
