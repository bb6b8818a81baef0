import { type Logger, TransientError } from '@aisha/service';
import { CHILD, LANES, type Limits } from '../limits.ts';
import { scratchError, type ScratchFolder, tellsOfFullDisk } from '../scratch.ts';
import { type Child, PROGRAM, type Said, startChild } from './child.ts';
import { type Exceeded, ownMemory } from './guarded.ts';
import type { Parser } from './parser.ts';
import { type Ended, type ProgramCall, runProgram } from './program.ts';
import { createTurns } from './turns.ts';

/** What opening a file took. */
export interface Spent {
  readonly cpuMs: number;
  /** Highest resident size in the child's own account; what the watch saw when it was killed. */
  readonly peakBytes: number;
}

/** Why a file was not opened: it would cost too much, or the parser broke down over it. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly reason: 'too_costly';
      readonly limit: Exceeded;
      readonly spent: Spent;
    }
  | { readonly kind: 'refused'; readonly reason: 'crashed'; readonly detail: string; readonly spent: Spent };

export type Outcome<T> = { readonly kind: 'ok'; readonly value: T; readonly spent: Spent } | Refusal;

export interface Job {
  /** Holds the file; the child works in it and may fill it up to its size. */
  readonly folder: Pick<ScratchFolder, 'path' | 'bytes'>;
  /** Whose file it is, for the order of turns. */
  readonly owner: string;
  /** Aborted: the child is killed, and the call rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Other limits than the parser's own, when more is known of the file. */
  readonly limits?: Partial<Limits>;
}

export interface Pool {
  /**
   * Runs a parser on a file, in a process of its own. A full disk, and a process that cannot be started, reject with a
   * TransientError: neither is the file's fault.
   */
  run<Input, Output>(parser: Parser<Input, Output>, input: Input, job: Job): Promise<Outcome<Output>>;
  /** Runs a program (ffmpeg) under the same watch and in the same turns. Rejects as `run` does. */
  program(
    command: string,
    args: readonly string[],
    job: ProgramCall & Pick<Job, 'owner'>,
  ): Promise<Ended | Refusal>;
  /** Kills every child; calls under way reject. */
  close(): void;
}

export interface PoolOptions {
  readonly log: Logger;
  readonly lanes?: typeof LANES;
  /** What a child runs; its parsers are those that may be asked for. */
  readonly program?: URL;
  readonly idleMs?: number;
  /** How many files a child is given, and what it may hold after each, before it is replaced. */
  readonly files?: number;
  readonly keptBytes?: number;
}

export function createPool({
  log,
  lanes = LANES,
  program = PROGRAM,
  idleMs = CHILD.idleMs,
  files = CHILD.files,
  keptBytes = CHILD.keptBytes,
}: PoolOptions): Pool {
  const turns = createTurns(lanes);
  const closing = new AbortController();
  const idle = new Map<Child, NodeJS.Timeout>();
  const children = new Set<Child>();
  const memoryBytes = Math.max(...Object.values(lanes).map((lane) => lane.memoryBytes));

  function takeChild(): Child {
    for (const [child, timer] of idle) {
      idle.delete(child);
      clearTimeout(timer);
      if (child.alive) return child;
      children.delete(child);
    }
    const child = startChild({ program, memoryBytes });
    children.add(child);
    return child;
  }

  async function giveBack(child: Child): Promise<void> {
    const used = child.served >= files || (await ownMemory(child.pid ?? 0)) > keptBytes;
    if (!child.alive || used || closing.signal.aborted) {
      child.kill();
      children.delete(child);
      return;
    }
    const timer = setTimeout(() => {
      idle.delete(child);
      children.delete(child);
      child.kill();
    }, idleMs).unref();
    idle.set(child, timer);
  }

  async function ask<I, O>(parser: Parser<I, O>, input: I, job: Job, limits: Limits): Promise<Outcome<O>> {
    const signal = AbortSignal.any([job.signal, closing.signal]);
    for (let again = false; ; again = true) {
      const child = takeChild();
      const fresh = child.served === 0;
      const request = { parser: parser.name, folder: job.folder.path, input };
      let said: Said;
      try {
        said = await child.ask(request, { limits, folder: job.folder, signal });
      } finally {
        await giveBack(child);
      }
      // Killed by somebody else (memory of the whole machine), or broken by an earlier file: once more, in a fresh one.
      if (said.kind === 'gone' && !again && (!fresh || said.signal === 'SIGKILL')) continue;
      const outcome = judge(parser, said);
      if (outcome.kind === 'refused') log.warn('a file was refused', { parser: parser.name, ...outcome });
      return outcome;
    }
  }

  function judge<I, O>(parser: Parser<I, O>, said: Said): Outcome<O> {
    switch (said.kind) {
      case 'exceeded':
        return tooCostly(said.limit, { cpuMs: 0, peakBytes: said.peakBytes });
      case 'not-started':
        throw new TransientError('a child process cannot be started', { cause: said.error });
      case 'gone':
        if (tellsOfFullDisk(said.how)) throw fullDisk(said.how);
        if (NO_MEMORY.test(said.how)) return tooCostly('memory', { cpuMs: 0, peakBytes: said.peakBytes });
        return crashed(said.how, { cpuMs: 0, peakBytes: said.peakBytes });
      case 'answer': {
        const { answer } = said;
        if (answer.kind === 'ok') {
          const value = parser.output.safeParse(answer.value);
          if (value.success) return { kind: 'ok', value: value.data, spent: answer.spent };
          return crashed('its answer is none', answer.spent);
        }
        const { message, code, spent } = answer;
        if (code === 'ENOSPC' || code === 'EDQUOT' || tellsOfFullDisk(message)) throw fullDisk(message);
        if (NO_MEMORY.test(message)) return tooCostly('memory', spent);
        return crashed(message, spent);
      }
      default:
        return said satisfies never;
    }
  }

  function fullDisk(why: string): unknown {
    return scratchError(Object.assign(new Error(why), { code: 'ENOSPC' }), log);
  }

  return {
    async run(parser, input, job) {
      const limits = { ...parser.limits, ...job.limits };
      const { lane, memoryBytes: memory } = limits;
      const end = await turns.take({ lane, memoryBytes: memory, owner: job.owner, signal: job.signal });
      try {
        return await ask(parser, input, job, limits);
      } finally {
        end();
      }
    },
    async program(command, args, job) {
      const { lane, memoryBytes: memory } = job.limits;
      const end = await turns.take({ lane, memoryBytes: memory, owner: job.owner, signal: job.signal });
      try {
        const signal = AbortSignal.any([job.signal, closing.signal]);
        const ended = await runProgram(command, args, { ...job, signal });
        if (ended.kind === 'exceeded') {
          log.warn('a file was refused', { command, limit: ended.limit });
          return tooCostly(ended.limit, { cpuMs: 0, peakBytes: ended.peakBytes });
        }
        if (ended.code !== 0 && tellsOfFullDisk(ended.stderr)) throw fullDisk(ended.stderr);
        return ended;
      } finally {
        end();
      }
    },
    close() {
      closing.abort(new TransientError('the process stops'));
      for (const timer of idle.values()) clearTimeout(timer);
      for (const child of children) child.kill();
    },
  };
}

/** What Node, libvips and wasm say when the kernel or the heap gives no more. */
const NO_MEMORY = /out of memory|allocation failed|(failed|unable|could not|cannot) (to )?allocate/i;

const tooCostly = (limit: Exceeded, spent: Spent): Refusal => ({
  kind: 'refused',
  reason: 'too_costly',
  limit,
  spent,
});
const crashed = (detail: string, spent: Spent): Refusal => ({
  kind: 'refused',
  reason: 'crashed',
  detail,
  spent,
});
