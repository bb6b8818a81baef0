import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** What Linux tells about a process; `startTicks` tells two processes with the same pid apart. */
export interface ProcessFacts {
  pid: number;
  startTicks: number;
  session: number;
  command: string;
}

/** Facts about a running process, or null when there is none (a zombie counts as none). */
export function inspectProcess(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name (field 2) may hold spaces and brackets; the fields after its last bracket are plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, , , session] = fields;
    if (state === 'Z' || state === 'X') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, startTicks: Number(fields[19]), session: Number(session), command };
  } catch {
    return null;
  }
}

export function runningProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => inspectProcess(Number(name)))
    .filter((facts) => facts !== null);
}

/** Processes whose working directory is `dir`: PostgreSQL and all its backends work in their data directory. */
export function processesWorkingIn(dir: string): ProcessFacts[] {
  return runningProcesses().filter(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === dir;
    } catch {
      return false;
    }
  });
}

/** Sends a signal; false when the process (or group, for a negative pid) is already gone. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
