import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { clearLeftover, startChild } from '../services/child.ts';
import { freePort } from '../services/ports.ts';
import { inspectProcess } from '../services/proc.ts';
import { waitFor } from '../services/wait.ts';
import { startProcess, type StackEvent, type StackProcess } from './process.ts';

const dir = mkdtempSync(join(tmpdir(), 'aisha-process-'));
const runDir = join(dir, 'run');
const started: StackProcess[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill()));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SERVER = `
  const server = require('node:http').createServer((request, response) => {
    if (request.url === '/crash') process.exit(3);
    response.writeHead(request.url === '/ready' ? 200 : 404).end();
  });
  server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
`;
const script = (name: string, text: string) => {
  const path = join(dir, `${name}.cjs`);
  writeFileSync(path, text);
  return path;
};

async function start(text: string, events: StackEvent[], keepAlive: boolean): Promise<StackProcess> {
  const port = await freePort();
  const one = await startProcess({
    name: `server-${port}`,
    args: [script(`server-${port}`, text), String(port)],
    cwd: dir,
    env: {},
    port,
    runDir,
    readyPath: '/ready',
    keepAlive,
    onEvent: (event) => events.push(event),
  });
  started.push(one);
  return one;
}
const until = (what: string, check: () => boolean) =>
  waitFor(() => (check() ? true : null), { what, timeoutMs: 15_000 });

test('a process that Node watches goes on with what its file says now, on the same port', async () => {
  const events: StackEvent[] = [];
  const port = await freePort();
  const answering = (status: number) =>
    `require('node:http').createServer((_, response) => response.writeHead(${status}).end()).listen(${port}, '127.0.0.1')`;
  const file = script('watched', answering(200));
  const one = await startProcess({
    name: 'watched',
    args: ['--watch', '--watch-preserve-output', file],
    cwd: dir,
    env: {},
    port,
    runDir,
    readyPath: '/',
    keepAlive: true,
    onEvent: (event) => events.push(event),
  });
  started.push(one);
  writeFileSync(file, answering(201));
  const status = () =>
    fetch(one.url).then(
      (response) => response.status,
      () => null,
    );
  await expect.poll(status, { timeout: 15_000 }).toBe(201);
  expect(events.some(({ type }) => type === 'crashed')).toBe(false);
});

test('a process that ends by itself is told about and comes back on the same port', async () => {
  const events: StackEvent[] = [];
  const one = await start(SERVER, events, true);
  const first = one.pid;
  await fetch(`${one.url}/crash`).catch(() => undefined);
  await until('it is back', () => events.some((event) => event.type === 'recovered'));
  expect(events.map((event) => event.type).filter((type) => type !== 'log')).toEqual([
    'ready',
    'crashed',
    'recovered',
  ]);
  expect(events.find((event) => event.type === 'crashed')).toMatchObject({
    exit: { code: 3, signal: null },
    tail: ['listening'],
    retryMs: 1_000,
  });
  expect(one.pid).not.toBe(first);
  expect((await fetch(`${one.url}/ready`)).status).toBe(200);
});

test('a process that was killed or stopped on purpose stays down until it is started', async () => {
  const events: StackEvent[] = [];
  const one = await start(SERVER, events, true);
  expect(await one.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(one.running).toBe(false);
  await one.start();
  expect(one.running).toBe(true);
  expect(await one.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(events.map((event) => event.type).filter((type) => type !== 'log')).toEqual(['ready', 'ready']);
});

test('one that ends before it is ready fails at once, with its last words', async () => {
  await expect(start(`console.error('no such database'); process.exit(1);`, [], true)).rejects.toThrow(
    /ended \(code 1\): no such database/,
  );
});

test('what a killed launcher leaves behind is ended by the next start, with everything below it', async () => {
  const parent = script(
    'parent',
    `const child = require('node:child_process').spawn('sleep', ['1000']); console.log(child.pid); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`,
  );
  const child = startChild({
    name: 'left',
    command: process.execPath,
    args: [parent],
    env: { PATH: '/usr/bin:/bin' },
    runDir,
    log: () => undefined,
  });
  const grandchild = Number(await child.waitUntil('says its child', () => child.tail()[0] ?? null));
  expect(inspectProcess(grandchild)).not.toBeNull();
  await clearLeftover(runDir, 'left');
  expect(inspectProcess(child.pid)).toBeNull();
  expect(inspectProcess(grandchild)).toBeNull();
  await child.exited;
  expect(readdirSync(runDir)).not.toContain('left.json');
}, 20_000);

test('a record whose pid belongs to a stranger by now harms nobody', async () => {
  writeFileSync(join(runDir, 'stranger.json'), JSON.stringify({ pid: process.pid, startTicks: 1 }));
  await clearLeftover(runDir, 'stranger');
  expect(readdirSync(runDir)).not.toContain('stranger.json');
});

test('the children of a starter that is killed die with it', async () => {
  const starter = script(
    'starter',
    `import(${JSON.stringify(new URL('../services/child.ts', import.meta.url).href)}).then(({ startChild }) => {
      const child = startChild({ name: 'orphan', command: 'sleep', args: ['1000'], env: { PATH: '/usr/bin:/bin' }, runDir: ${JSON.stringify(runDir)}, log: () => {} });
      console.log(child.pid);
    });`,
  );
  const child = startChild({
    name: 'starter',
    command: process.execPath,
    args: [starter],
    env: { PATH: '/usr/bin:/bin' },
    runDir,
    log: () => undefined,
  });
  const orphan = Number(await child.waitUntil('says its child', () => child.tail()[0] ?? null));
  await until('the child runs', () => inspectProcess(orphan)?.command.startsWith('sleep') ?? false);
  process.kill(child.pid, 'SIGKILL');
  await until('it is gone', () => inspectProcess(orphan) === null);
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL' });
});
