// A Bot API server in local mode: methods are Telegram's (UPSTREAM), files are fetched onto its own disk and named by their
// path there; over HTTP it serves none. As the real one: keys from files, root at first, then 101:101, folders of mode 750.
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { UPSTREAM, TELEGRAM_API_ID_FILE, TELEGRAM_API_HASH_FILE, TELEGRAM_LOCAL } = process.env;
const WORK = '/var/lib/telegram-bot-api';
for (const file of [TELEGRAM_API_ID_FILE, TELEGRAM_API_HASH_FILE])
  if (readFileSync(file, 'utf8').trim() === '') throw new Error(`${file} is empty`);
if (TELEGRAM_LOCAL === undefined) throw new Error('TELEGRAM_LOCAL is not set');
chownSync(WORK, 101, 101);
process.setgroups([101]);
process.setgid(101);
process.setuid(101);
process.umask(0o027);

/** The file on this disk; fetched when it is not there yet. */
async function local(token, path) {
  const folder = join(WORK, token, 'documents');
  mkdirSync(folder, { recursive: true, mode: 0o750 });
  const name = join(folder, `file_${path.replaceAll(/[^\w.]/g, '_')}`);
  if (existsSync(name)) return name;
  const answer = await fetch(`${UPSTREAM}/file/bot${token}/${path}`);
  if (!answer.ok) throw new Error(`${answer.status} for a file`);
  writeFileSync(name, Buffer.from(await answer.arrayBuffer()), { mode: 0o640 });
  return name;
}

const server = createServer((request, response) => void pass(request, response));

async function pass(request, response) {
  const { pathname } = new URL(request.url, 'http://x');
  const [, token, method] = /^\/bot([^/]+)\/(\w+)$/.exec(pathname) ?? [];
  if (token === undefined)
    return response.writeHead(404).end('{"ok":false,"error_code":404,"description":"Not Found"}');
  try {
    const chunks = await request.toArray();
    const answered = await fetch(UPSTREAM + request.url, {
      method: request.method,
      headers:
        request.headers['content-type'] === undefined
          ? {}
          : { 'content-type': request.headers['content-type'] },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const said = await answered.json();
    if (method.toLowerCase() === 'getfile' && said.ok)
      said.result.file_path = await local(token, said.result.file_path);
    response.writeHead(answered.status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    response.writeHead(502).end('{"ok":false,"error_code":502,"description":"Bad Gateway"}');
  }
}
server.listen(8081, '0.0.0.0');
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
