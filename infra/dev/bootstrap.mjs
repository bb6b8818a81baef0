// Behind `npm start`, `npm run dev` and `npm test`. Plain JavaScript for Node 20 and later with nothing installed: brings the right
// Node and pnpm, the dependencies and the system packages, compiles, and hands over to the launcher or to the tests.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STATE = join(ROOT, '.aisha');
const TOOLCHAIN = join(STATE, 'toolchain');
const TOOLS = join(TOOLCHAIN, 'node_modules', '.bin');
const NODE = '24.21.0';
const PNPM = '10.34.9';

/** Command → the Debian package that brings it. */
const SYSTEM = { 'redis-server': 'redis-server', nginx: 'nginx', ffmpeg: 'ffmpeg', setpriv: 'util-linux' };
const SYSTEM_FOR_TESTS = { ...SYSTEM, chromium: 'chromium', pgbouncer: 'pgbouncer' };

/** Something that the person at the keyboard can mend; shown without a stack. */
class Problem extends Error {}

const [mode = 'start', ...rest] = process.argv.slice(2);

try {
  checkMachine();
  process.chdir(ROOT);
  const env = cleanEnvironment();
  await ensureToolchain(env);
  await ensureSystemPackages(mode === 'test' ? SYSTEM_FOR_TESTS : SYSTEM, env);
  await ensureDependencies(env);
  await step('compiled', () =>
    run('node', ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.build.json'], env),
  );
  if (mode === 'setup') process.exit(0);
  process.exitCode = mode === 'test' ? await runTests(env) : await runLauncher(env);
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}

function checkMachine() {
  if (!['start', 'dev', 'test', 'setup'].includes(mode))
    throw new Problem(`Unknown mode ${mode}: start, dev, test or setup`);
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Problem(
      `Aisha runs on Linux (Debian 12, Ubuntu 22.04 or later; x64 or arm64), not on ${process.platform} ${process.arch}.`,
    );
  }
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Problem(
      `Node ${process.versions.node} is too old even to fetch a newer one: install Node 20 or later.`,
    );
  }
}

/** Without what npm puts into the environment of a script: it would change what the npm and pnpm below do. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_registry$)/i.test(name) && name !== 'INIT_CWD' && name !== 'NODE_OPTIONS',
  );
  const sbin = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((dir) => !dir.startsWith(join(ROOT, 'node_modules')));
  return {
    ...Object.fromEntries(kept),
    PATH: [...new Set([...path, ...sbin])].join(delimiter),
    // Corepack's pnpm must not wait for an answer before it fetches anything.
    COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    // Without a network it should say so in seconds, not in minutes.
    npm_config_fetch_retries: '3',
    npm_config_fetch_retry_mintimeout: '500',
    npm_config_fetch_retry_maxtimeout: '4000',
  };
}

async function ensureToolchain(env) {
  const [node, pnpm] = [await versionOf('node', env), await versionOf('pnpm', env)];
  const nodeIsNew = major(node) >= 24;
  if (nodeIsNew && major(pnpm) === 10) return;
  env.PATH = `${TOOLS}${delimiter}${env.PATH}`;
  const wanted = { ...(nodeIsNew ? {} : { node: NODE }), pnpm: PNPM };
  const present = async () =>
    (nodeIsNew || (await versionOf(join(TOOLS, 'node'), env)) === NODE) &&
    (await versionOf(join(TOOLS, 'pnpm'), env)) === PNPM;
  if (await present()) return;
  await step(`Node ${nodeIsNew ? node : NODE} and pnpm ${PNPM}`, async () => {
    mkdirSync(TOOLCHAIN, { recursive: true });
    writeFileSync(join(TOOLCHAIN, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }));
    // The package `node` fetches its binary in its install script.
    const flags = [
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--loglevel=error',
      '--ignore-scripts=false',
    ];
    await run('npm', ['install', '--prefix', TOOLCHAIN, ...flags], env);
    if (!(await present()))
      throw new Problem(`npm installed Node ${NODE} and pnpm ${PNPM}, but they do not run here.`);
  });
}

async function ensureDependencies(env) {
  const folders = ['apps', 'packages', 'infra'].flatMap((top) =>
    readdirSync(join(ROOT, top)).map((name) => join(top, name)),
  );
  const manifests = ['package.json', ...folders.map((dir) => join(dir, 'package.json'))].filter((file) =>
    existsSync(file),
  );
  const hash = createHash('sha256').update(`${process.arch} ${await versionOf('node', env)}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) hash.update(readFileSync(file));
  const digest = hash.digest('hex');
  const stamp = join(STATE, 'dependencies');
  const upToDate =
    existsSync('node_modules/.modules.yaml') && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (upToDate) return;
  await step('dependencies', async () => {
    await run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], {
      ...env,
      CI: 'true',
    });
    mkdirSync(STATE, { recursive: true });
    writeFileSync(stamp, digest);
  });
}

async function ensureSystemPackages(wanted, env) {
  const missing = Object.keys(wanted).filter((command) => !find(command, env.PATH));
  if (missing.length === 0) return;
  const packages = missing.map((command) => wanted[command]);
  const byHand = `sudo apt-get install ${packages.join(' ')}`;
  if (!find('apt-get', env.PATH)) {
    throw new Problem(
      `Missing: ${missing.join(', ')}. There is no apt-get here; install them and start again.`,
    );
  }
  const root = process.getuid() === 0;
  const sudo = !root && find('sudo', env.PATH) && (await capture('sudo', ['-n', 'true'], env)).code === 0;
  if (!root && !sudo)
    throw new Problem(`Missing: ${missing.join(', ')}. Please run\n\n  ${byHand}\n\nand start again.`);
  const servers = packages.filter((name) => ['redis-server', 'nginx', 'pgbouncer'].includes(name));
  // Debian starts and enables servers when it installs them. Ours run on their own ports, from their own folders, only
  // while Aisha runs, so both are prevented, and only for what was not there before.
  const script = `
    set -e
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      trap 'rm -f "$policy"' EXIT
      trap 'exit 1' INT TERM
      printf '#!/bin/sh\\nexit 101\\n' >"$policy"
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq -o DPkg::Lock::Timeout=120
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 ${packages.join(' ')}
    for unit in ${servers.join(' ')}; do
      if command -v systemctl >/dev/null; then systemctl disable --quiet "$unit" || true
      else deb-systemd-helper disable "$unit.service" >/dev/null || true; fi
    done`;
  await step(`installed ${packages.join(', ')}`, () =>
    run(root ? 'sh' : 'sudo', root ? ['-c', script] : ['-n', 'sh', '-c', script], env).catch((error) => {
      throw new Problem(`${error.message}\n\nPlease run\n\n  ${byHand}\n\nand start again.`);
    }),
  );
}

function runLauncher(env) {
  const watch = mode === 'dev' ? ['--watch'] : [];
  return hand(['--enable-source-maps', 'infra/dev/dist/main.js', ...watch, ...rest], env);
}

async function runTests(env) {
  const results = join(STATE, 'test-results.json');
  mkdirSync(STATE, { recursive: true });
  rmSync(results, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const code = await hand(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...rest], env);
  const { numPassedTests: passed = 0, numFailedTests = 0 } = existsSync(results)
    ? JSON.parse(readFileSync(results, 'utf8'))
    : {};
  // A file that cannot even be loaded has no tests to count, and is a failure all the same.
  const failed = numFailedTests === 0 && code !== 0 ? 1 : numFailedTests;
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return code;
}

/** Runs our own Node in the foreground until it ends; it gets every signal that we get, and dies when we are killed. */
function hand(args, env) {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', 'node', ...args], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Ctrl-C in a terminal reaches the child by itself; a SIGINT sent to this process alone is passed on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  // Whoever kills npm means what npm started.
  if (process.env.npm_lifecycle_event !== undefined) {
    const npm = process.ppid;
    setInterval(() => {
      if (process.ppid !== npm) child.kill('SIGTERM');
    }, 500).unref();
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function step(what, action) {
  const begun = performance.now();
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`  … ${what}`);
  try {
    await action();
  } catch (error) {
    if (live) process.stdout.write('\r\x1b[K');
    throw error instanceof Problem ? new Problem(`Failed: ${what}\n${error.message}`) : error;
  }
  const seconds = (performance.now() - begun) / 1000;
  if (live) process.stdout.write('\r\x1b[K');
  // What was there already is not worth a line.
  if (seconds < 0.7) return;
  process.stdout.write(`  ✓ ${what}  ${seconds.toFixed(0)} s\n`);
}

/** Runs quietly; what it said is shown only when it fails. */
async function run(command, args, env) {
  const { code, output } = await capture(command, args, env);
  if (code === 0) return;
  const lines = output.trim().split('\n');
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL/;
  const unreachable =
    lines.findLast((line) => offline.test(line) && /https?:/.test(line)) ??
    lines.find((line) => offline.test(line));
  if (unreachable !== undefined) {
    throw new Problem(
      `A server cannot be reached; check the network, the proxy and the registry in ~/.npmrc.\n  ${unreachable.trim()}`,
    );
  }
  throw new Problem(lines.slice(-20).join('\n'));
}

function capture(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function versionOf(command, env) {
  const { code, output } = await capture(command, ['--version'], env);
  return code === 0 ? output.trim().replace(/^v/, '') : '';
}

function major(version) {
  return Number(version.split('.')[0] || 0);
}

function find(command, path) {
  return path.split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, command)));
}
