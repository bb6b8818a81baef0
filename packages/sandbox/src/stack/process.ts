import { connect } from 'node:net';
import { startChild, type Child, type ChildExit } from '../services/child.ts';

/** What happens in a stack, for whoever shows it. */
export type StackEvent =
  | { type: 'ready'; name: string; url: string | null; ms: number }
  | { type: 'log'; name: string; line: string }
  | { type: 'crashed'; name: string; exit: ChildExit; tail: readonly string[]; retryMs: number | null }
  | { type: 'recovered'; name: string };

export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly running: boolean;
  /** Of the present run. */
  readonly exited: Promise<ChildExit>;
  /** The last lines of its output. */
  tail(): string[];
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL; it stays down until `start()`. */
  kill(): Promise<ChildExit>;
  /** SIGTERM and the time that its own graceful stop needs. */
  stop(): Promise<ChildExit>;
  /** Again with the same port and environment; resolves when it is ready. */
  start(): Promise<void>;
  restart(): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  port: number;
  runDir: string;
  /** A path that answers 200 when the process is ready; without one, an open port is enough. */
  readyPath?: string;
  /** Started again, with growing pauses, when it ends by itself. */
  keepAlive: boolean;
  onEvent: (event: StackEvent) => void;
}

const STOP_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** Who ran this long is well again, as Docker judges too: the next crash starts with the short pause. */
const WELL_AFTER_MS = 10_000;

/** A Node process of the stack on a port of its own. */
export async function startProcess(options: ProcessOptions): Promise<StackProcess> {
  const { name, port, onEvent } = options;
  const url = `http://127.0.0.1:${port}`;
  const ready = async (): Promise<true | null> => {
    if (options.readyPath === undefined) return accepts(port);
    const answer = await fetch(`${url}${options.readyPath}`, { signal: AbortSignal.timeout(5_000) });
    await answer.body?.cancel();
    return answer.status === 200 ? true : null;
  };
  const launch = (): Child =>
    startChild({
      name,
      command: process.execPath,
      args: options.args,
      cwd: options.cwd,
      env: options.env,
      runDir: options.runDir,
      log: (line) => onEvent({ type: 'log', name, line }),
    });

  let latest: Child | null = null;
  const current = (): Child => {
    if (latest === null) throw new Error(`${name} was never started`);
    return latest;
  };
  let wanted = false;
  let pauseMs = FIRST_PAUSE_MS;
  let waiting: NodeJS.Timeout | undefined;

  const watch = (watched: Child) => {
    const begun = performance.now();
    void watched.exited.then((exit) => {
      if (!wanted || watched !== latest) return;
      if (performance.now() - begun > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      const retryMs = options.keepAlive ? pauseMs : null;
      onEvent({ type: 'crashed', name, exit, tail: watched.tail().slice(-5), retryMs });
      if (retryMs === null) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      waiting = setTimeout(() => {
        const again = launch();
        latest = again;
        watch(again);
        again.waitUntil('is ready again', ready, 120_000).then(
          () => onEvent({ type: 'recovered', name }),
          // Its end was told by the watch already; one that never gets ready shows in its own log.
          () => undefined,
        );
      }, retryMs);
    });
  };
  const start = async () => {
    clearTimeout(waiting);
    const begun = performance.now();
    wanted = true;
    const child = launch();
    latest = child;
    try {
      await child.waitUntil('is ready', ready, 60_000);
    } catch (error) {
      wanted = false;
      await child.kill();
      throw error;
    }
    watch(child);
    onEvent({ type: 'ready', name, url, ms: Math.round(performance.now() - begun) });
  };
  const end = (how: (child: Child) => Promise<ChildExit>) => {
    wanted = false;
    clearTimeout(waiting);
    return how(current());
  };
  const stop = () => end((one) => one.stop({ timeoutMs: STOP_MS }));

  await start();
  return {
    name,
    port,
    url,
    get pid() {
      return current().pid;
    },
    get running() {
      return current().running;
    },
    get exited() {
      return current().exited;
    },
    tail: () => current().tail(),
    signal: (signal) => current().signal(signal),
    kill: () => end((one) => one.kill()),
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
  };
}

function accepts(port: number): Promise<true> {
  return new Promise((settle, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', reject);
  });
}
