import { describe, expect, test } from 'vitest';
import type { TelegramConfig } from '@aisha/config';
import { judge } from './clocks.ts';
import { failed, ok, warning } from './finding.ts';
import { asJson, asTable, isWell, type Report } from './report.ts';
import { judge as judgeModel } from './openai.ts';
import { delivery } from './telegram.ts';

const well: Report = [
  { name: 'redis', findings: [ok('reachable', 'Redis 8'), warning('persistence', 'off', 'turn it on')] },
];
const ill: Report = [...well, { name: 'storage', findings: [failed('bucket', 'no such bucket', 'make it')] }];

describe('the report', () => {
  test('says what is wrong, how to mend it, and whether all is well', () => {
    expect(asTable(ill)).toBe(`redis
  ✓ reachable    Redis 8
  ! persistence  off
                 → turn it on
storage
  ✗ bucket       no such bucket
                 → make it

✗ Not well: 1 fine, 1 to look at (!), 1 failed (✗). Mend what is marked ✗ and run it again.
`);
    expect(asTable(well)).toContain('✓ Well: 1 fine, 1 to look at (!).');
  });

  test('what could not be tried is not well', () => {
    expect(isWell(well)).toBe(true);
    expect(isWell(ill)).toBe(false);
    expect(isWell([{ name: 'x', findings: [{ verdict: 'skipped', what: 'x', found: '' }] }])).toBe(false);
  });

  test('as JSON it has the same', () => {
    expect(JSON.parse(asJson(ill))).toEqual({
      well: false,
      findings: [
        { part: 'redis', verdict: 'ok', what: 'reachable', found: 'Redis 8' },
        { part: 'redis', verdict: 'warning', what: 'persistence', found: 'off', mend: 'turn it on' },
        { part: 'storage', verdict: 'failed', what: 'bucket', found: 'no such bucket', mend: 'make it' },
      ],
    });
  });
});

test.each([
  [0.2, 0, 'ok', 'the same time'],
  [1.8, 1, 'ok', 'the same time'],
  [-30, 0, 'warning', '30 s behind us'],
  [400, 1, 'failed', '399 s ahead of us'],
] as const)('a clock that is off by %d s', (skew, accuracy, verdict, found) => {
  const finding = judge('clock', skew, accuracy);
  expect(finding.verdict).toBe(verdict);
  expect(finding.found).toContain(found);
});

test.each([
  [{ offered: true, shutdownDate: null }, 'ok', 'a-model'],
  [{ offered: null, shutdownDate: null }, 'ok', 'not known whether it is offered'],
  [{ offered: false, shutdownDate: null }, 'failed', 'not offered, but x/a-model'],
  [{ offered: true, shutdownDate: '2027-12-31' }, 'ok', 'until 2027-12-31'],
  [{ offered: true, shutdownDate: '2027-02-10' }, 'warning', 'in 31 days'],
  [{ offered: true, shutdownDate: '2026-12-31' }, 'failed', 'was shut down on 2026-12-31'],
] as const)('a model: %j', (model, verdict, found) => {
  const finding = judgeModel(
    { use: 'text', model: 'a-model', similar: ['x/a-model'], ...model },
    Date.parse('2027-01-10'),
  );
  expect(finding.verdict).toBe(verdict);
  expect(finding.found).toContain(found);
});

describe('how updates come', () => {
  const webhook = { url: 'https://a.example/webhook/telegram', secret: 's' };
  const config = (mode: TelegramConfig['mode']): TelegramConfig => ({
    token: '1:a',
    botId: 1,
    apiRoot: 'https://api.telegram.org',
    mode,
    webhook,
    botUsername: null,
    adminIds: [],
    broadcastPerSecond: 25,
  });
  const info = { has_custom_certificate: false, pending_update_count: 0 };
  const verdicts = (mode: TelegramConfig['mode'], more: object) =>
    delivery(config(mode), { ...info, ...more }).map(({ what, verdict }) => `${what}: ${verdict}`);

  test('as the mode says', () => {
    expect(verdicts('polling', {})).toContain('delivery: ok');
    expect(verdicts('webhook', { url: webhook.url })).toContain('delivery: ok');
  });
  test('another way than the mode says', () => {
    expect(verdicts('polling', { url: webhook.url })).toContain('delivery: failed');
    expect(verdicts('webhook', {})).toContain('delivery: failed');
    expect(verdicts('webhook', { url: 'https://old.example/hook' })).toContain('delivery: failed');
  });
  test('a webhook that fails', () => {
    const now = Math.floor(Date.now() / 1_000);
    const error = { url: webhook.url, last_error_message: 'Connection refused' };
    expect(verdicts('webhook', { ...error, last_error_date: now - 5 })).toContain(
      'last delivery error: warning',
    );
    expect(verdicts('webhook', { ...error, last_error_date: now - 5, pending_update_count: 3 })).toContain(
      'last delivery error: failed',
    );
    expect(verdicts('webhook', { ...error, last_error_date: now - 3_600 })).not.toContain(
      'last delivery error: warning',
    );
  });
  test('too many updates wait, or some kinds never come', () => {
    expect(verdicts('polling', { pending_update_count: 5_000 })).toContain('waiting updates: warning');
    expect(verdicts('webhook', { url: webhook.url, allowed_updates: ['message'] })).toContain(
      'allowed updates: warning',
    );
  });
});
