import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { ProcessConfig } from '@aisha/config';
import { describe, expect, test } from 'vitest';
import { TransientError } from '../errors/errors.ts';
import { createLogger, silentLogger } from './logger.ts';
import { createRedactor } from './redact.ts';

const config: ProcessConfig = {
  app: 'worker',
  environment: 'production',
  debug: false,
  logLevel: 'info',
  instanceId: 'worker-1',
  port: 1,
};

function capture(changes: Partial<ProcessConfig> = {}, secrets: string[] = []) {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(...chunk.toString().trimEnd().split('\n'));
      done();
    },
  });
  const log = createLogger({ ...config, ...changes }, { secrets, stream });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}');
  return { log, lines, last };
}

describe('a line in production', () => {
  test('is one JSON object with who spoke and when, and the context of every parent', () => {
    const { log, lines, last } = capture();
    log.child({ job: 'fal.settle' }).child({ jobId: 'j1' }).info('settled', { ms: 5, nothing: undefined });
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      app: 'worker',
      instance: 'worker-1',
      msg: 'settled',
      job: 'fal.settle',
      jobId: 'j1',
      ms: 5,
    });
    expect(Object.keys(last()).slice(0, 5)).toEqual(['time', 'level', 'app', 'instance', 'msg']);
  });

  test('cannot be forged by a field or a newline', () => {
    const { log, lines, last } = capture();
    log.warn('one\n{"level":"info"}', { level: 'info', app: 'bot', msg: 'x' });
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'warn', app: 'worker', msg: 'one\n{"level":"info"}' });
  });

  test('below the level is not written', () => {
    const { log, lines } = capture({ logLevel: 'warn' });
    log.info('no');
    log.debug('no');
    log.warn('yes');
    log.error('yes');
    silentLogger.child({}).error('no');
    expect(lines).toHaveLength(2);
  });

  test('holds an error with code, stack, causes and the parts of an aggregate', () => {
    const { log, last } = capture();
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const cause = new AggregateError([refused], 'all failed');
    log.error('failed', { error: new TransientError('later', { cause }) });
    expect(last()['error']).toMatchObject({
      name: 'TransientError',
      message: 'later',
      stack: expect.stringContaining('logger.test.ts'),
      cause: {
        name: 'AggregateError',
        errors: [{ name: 'Error', message: 'connect', code: 'ECONNREFUSED' }],
      },
    });
  });

  test('survives whatever it is given, and never carries a whole payload', () => {
    const { log, last } = capture();
    const circle: Record<string, unknown> = { big: 1n, when: new Date(0), bad: new Date(Number.NaN) };
    circle['self'] = circle;
    const looped = new Error('loop');
    looped.cause = looped;
    log.info('odd', {
      circle,
      looped,
      bytes: Buffer.alloc(1_000_000),
      text: 'я'.repeat(100_000),
      list: Array.from({ length: 1_000 }, (_, n) => n),
      map: new Map([['a', 1]]),
      set: new Set([1]),
      call: () => 1,
      not: Number.NaN,
    });
    expect(last()).toMatchObject({
      circle: { big: '1', when: '1970-01-01T00:00:00.000Z', bad: 'Invalid Date', self: '[circular]' },
      bytes: '[1000000 bytes]',
      map: { a: 1 },
      set: [1],
      call: '[function]',
      not: 'NaN',
    });
    expect(JSON.stringify(last()).length).toBeLessThan(20_000);
  });
});

describe('a line in development', () => {
  test('is readable; the stack of an error follows', () => {
    const { log, lines } = capture({ environment: 'development' });
    log.info('ready', { port: 8080, note: 'two words' });
    expect(lines).toHaveLength(1);
    // Colours depend on where the tests run.
    expect(stripVTControlCharacters(lines[0] ?? '')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}worker-1 ready port=8080 note="two words"$/,
    );
    log.error('failed', { error: new Error('outer', { cause: new TypeError('inner') }) });
    expect(lines[1]).toContain('"Error: outer" ← "TypeError: inner"');
    expect(lines.join('\n')).toContain('caused by');
    expect(lines.join('\n')).toContain('logger.test.ts');
  });
});

describe('no line', () => {
  const token = '7000000001:AAF-abcdefghijklmnopqrstuvwxyz01234567';
  const leaks: [string, string, string][] = [
    ['a Telegram token in a URL', `GET https://api.telegram.org/bot${token}/getMe`, token],
    ['in the URL of a file', `https://api.telegram.org/file/bot${token}/photos/1.jpg`, token],
    ['in the path of another server', 'http://127.0.0.1:1/bot1:short/getMe', '1:short'],
    ['a bare one', `token is ${token}`, token],
    ['a FAL key', 'Authorization: Key 1b2c3d4e-0000-1111:abcdef0123456789', 'abcdef0123456789'],
    ['a bearer token', 'authorization: Bearer abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnop'],
    ['an OpenAI key', 'Incorrect API key provided: sk-proj-abc123def456', 'abc123def456'],
    ['the token of a webhook', 'POST /webhook/fal/status?job=1&token=0123abcd HTTP/1.1', '0123abcd'],
    ['a signed link', 'https://s3/a?X-Amz-Signature=deadbeef&x=1', 'deadbeef'],
    ['a password of a database', 'postgresql://aisha:p%40ss@db:5432/aisha', 'p%40ss'],
    ['of Redis, without a user', 'redis://:hunter2@redis:6379/0', 'hunter2'],
  ];

  test.each(leaks)('holds %s, in message, field, key, error or cause', (_what, text, secret) => {
    for (const environment of ['production', 'development'] as const) {
      const { log, lines } = capture({ environment });
      log.error(text, {
        text,
        deep: { list: [text] },
        url: URL.canParse(text) ? new URL(text) : null,
        error: new Error(text, { cause: new Error(text) }),
      });
      expect(lines.join('\n')).not.toContain(secret);
      expect(lines.join('\n')).toContain('[redacted]');
    }
  });

  test('holds a known secret, also percent-encoded, or the value of a field named like one', () => {
    const secret = 'correct horse/battery';
    const { log, lines, last } = capture({}, [secret, 'correct horse/battery staple', '']);
    log.info(`with ${secret} and ${encodeURIComponent(secret)} and ${secret} staple`, {
      password: 'x1',
      apiKey: 'x2',
      nested: { token: 'x3', tokens: 12 },
    });
    expect(lines.join()).not.toMatch(/horse|battery|staple|x1|x2|x3/);
    expect(last()).toMatchObject({ password: '[redacted]', nested: { token: '[redacted]', tokens: 12 } });
  });

  test('loses words that are no secrets', () => {
    const redact = createRedactor(['abc']);
    const text = 'Key (id)=(5) already exists; abc; chat 123456789:ok; see https://aisha.kz/a?b=c';
    expect(redact(text)).toBe(text);
  });
});
