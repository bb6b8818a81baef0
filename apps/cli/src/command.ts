import type { Environment } from '@aisha/config';

/** Where a command reads its configuration and writes what it has to say; secrets are taken out on the way. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** The process's own when absent. */
  readonly env?: Environment;
}

/** 0: as it should be. 1: something is wrong, and was said. 2: the command was not understood. */
export type ExitStatus = 0 | 1 | 2;

/** A command's file: `run` gets what stands after the command's name. */
export interface CommandModule {
  run(args: readonly string[], io: Io): Promise<ExitStatus>;
}

export interface Command {
  readonly name: string;
  /** What stands after the name. */
  readonly usage: string;
  readonly about: string;
  /** Loaded when it is called: no command waits for what another one imports. */
  load(): Promise<CommandModule>;
}

/** The command was not understood; the answer shows how it is written. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command could not do its work; says what was wrong and how to mend it. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
  readonly mend: string;

  constructor(problem: string, mend: string, options?: ErrorOptions) {
    super(problem, options);
    this.mend = mend;
  }
}
