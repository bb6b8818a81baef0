import { readdirSync, readFileSync } from 'node:fs';

/** Who spends CPU time in a benchmark: the process under test, what it stands on, and who asks it. */
export type Role = 'server' | 'Redis' | 'PostgreSQL' | 'nginx' | 'stand-in' | 'load';

/** Microseconds of CPU per unit of work, of each role that took part. */
export type Costs = Partial<Record<Role, number>>;

/** Process ids by role; `self` is this process. What they start is counted with them. */
export type Accounts = Partial<Record<Role, readonly (number | 'self')[]>>;

/** Kernel ticks a second in /proc/PID/stat, the same on every Linux that Node runs on. */
const TICKS = 100;

/**
 * CPU time that a process, what it started, and what of that has ended already have spent, in microseconds; to 10 ms for
 * each process that lives, so a run has to cost some seconds.
 */
export function spentBy(root: number): number {
  const parents = new Map<number, number[]>();
  const times = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (!stat) continue;
    times.set(Number(name), stat.ticks);
    parents.set(stat.parent, [...(parents.get(stat.parent) ?? []), Number(name)]);
  }
  const tree = (pid: number): number =>
    (times.get(pid) ?? 0) + (parents.get(pid) ?? []).reduce((sum, child) => sum + tree(child), 0);
  return (tree(root) * 1e6) / TICKS;
}

function statOf(pid: number): { parent: number; ticks: number } | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything, brackets too.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    // state ppid … utime stime cutime cstime: fields 3, 4, 14 to 17 of proc(5).
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ticks: user + system + childrenUser + childrenSystem };
  } catch {
    return null;
  }
}

/** What each role has spent so far, in microseconds. */
export function readAccounts(accounts: Accounts): Costs {
  return Object.fromEntries(
    Object.entries(accounts).map(([role, pids]) => [
      role,
      pids.reduce<number>((sum, pid) => sum + (pid === 'self' ? own() : spentBy(pid)), 0),
    ]),
  );
}

function own(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** What each unit cost between two readings. */
export function costs(before: Costs, after: Costs, units: number): Costs {
  return mapCosts(after, (spent, role) => (spent - (before[role] ?? 0)) / units);
}

export const ROLES: readonly Role[] = ['server', 'Redis', 'PostgreSQL', 'nginx', 'stand-in', 'load'];

export function mapCosts(all: Costs, change: (us: number, role: Role) => number): Costs {
  const changed: Costs = {};
  for (const role of ROLES) {
    const us = all[role];
    if (us !== undefined) changed[role] = change(us, role);
  }
  return changed;
}
