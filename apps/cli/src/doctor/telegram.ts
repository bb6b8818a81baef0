import type { TelegramConfig } from '@aisha/config';
import { ALLOWED_UPDATES, createTelegramClient, isCloud, type TelegramClient } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { age } from '../table.ts';
import { type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';
import { checkFile } from './telegram-file.ts';

/** More than a busy minute: the other side does not keep up, or does not get them. */
const MANY_PENDING = 100;
const RECENT_MS = 10 * 60_000;

type WebhookInfo = Extract<Awaited<ReturnType<TelegramClient['webhookInfo']>>, { kind: 'ok' }>['result'];

export const checkTelegram: Check = async ({ telegram: config, database }) => {
  if (!config) return unconfigured('Telegram');
  const telegram = createTelegramClient({ config, redis: null, log: silentLogger });
  try {
    const me = await telegram.call('getMe', {}, { priority: 'result' });
    if (me.kind !== 'ok') return [refused(config, me)];
    const { username, id } = me.result;
    const findings = [ok('bot token', `@${username} (${id}) at ${new URL(config.apiRoot).host}`)];
    if (config.botUsername !== null && config.botUsername.toLowerCase() !== username.toLowerCase())
      findings.push(
        warning('BOT_USERNAME', `@${config.botUsername}, but the token is @${username}'s`, 'leave it empty'),
      );
    if (!isCloud(config.apiRoot)) findings.push(await checkFile(telegram, database));
    const info = await telegram.webhookInfo();
    return info.kind === 'ok'
      ? [...findings, ...delivery(config, info.result)]
      : [...findings, failed('delivery', `getWebhookInfo: ${info.kind}`, 'run it again')];
  } finally {
    telegram.close();
  }
};

function refused(config: TelegramConfig, outcome: { readonly kind: string }): Finding {
  const host = new URL(config.apiRoot).host;
  if ('code' in outcome && 'description' in outcome)
    return failed(
      'bot token',
      `${host}: ${String(outcome.code)} ${String(outcome.description)}`,
      outcome.code === 401 || outcome.code === 404
        ? 'take the token from @BotFather (/mybots, API Token) and set TELEGRAM_BOT_TOKEN'
        : 'see TELEGRAM_API_ROOT',
    );
  const why = 'why' in outcome ? String(outcome.why) : outcome.kind;
  return failed(
    'bot token',
    `${host}: ${why}`,
    'see whether the server may be reached from here, and TELEGRAM_API_ROOT',
  );
}

/** Whether updates come in the way that the configuration says. */
export function delivery(config: TelegramConfig, info: WebhookInfo): Finding[] {
  const url = info.url ?? '';
  const findings: Finding[] = [];
  if (config.mode === 'polling')
    findings.push(
      url === ''
        ? ok('delivery', 'polling, and no webhook is set')
        : failed(
            'delivery',
            `TELEGRAM_MODE is polling, but a webhook is set: ${url}`,
            'run pnpm telegram:mode polling (nothing is dropped); if it comes back, another program uses this token',
          ),
    );
  else if (url === '')
    findings.push(
      failed(
        'delivery',
        'TELEGRAM_MODE is webhook, but none is set: nobody gets the updates',
        'run pnpm telegram:mode webhook, or restart webhook-api, which sets it',
      ),
    );
  else if (url !== config.webhook?.url)
    findings.push(
      failed(
        'delivery',
        `the webhook is another one: ${url}`,
        `run pnpm telegram:mode webhook, which sets ${config.webhook?.url ?? 'TELEGRAM_WEBHOOK_URL'}`,
      ),
    );
  else findings.push(ok('delivery', `webhook ${url}`));
  return [...findings, ...backlog(info), ...types(url, info)];
}

function backlog(info: WebhookInfo): Finding[] {
  const findings: Finding[] = [];
  const failedAt = info.last_error_date === undefined ? null : new Date(info.last_error_date * 1_000);
  if (failedAt && Date.now() - failedAt.getTime() < RECENT_MS)
    findings.push(
      (info.pending_update_count > 0 ? failed : warning)(
        'last delivery error',
        `${age(failedAt)} ago: ${info.last_error_message ?? '?'}`,
        'see the webhooks below, and the log of nginx (webhook_access.log)',
      ),
    );
  findings.push(
    info.pending_update_count > MANY_PENDING
      ? warning(
          'waiting updates',
          `${info.pending_update_count} at Telegram`,
          'they are kept for 24 hours; see whether a bot polls (pnpm telegram:mode status) or the webhook answers',
        )
      : ok('waiting updates', `${info.pending_update_count} at Telegram`),
  );
  return findings;
}

/** Telegram keeps the list of whoever set it last; another program's may lack what Aisha lives on. */
function types(url: string, info: WebhookInfo): Finding[] {
  const missing = ALLOWED_UPDATES.filter((type) => info.allowed_updates?.includes(type) === false);
  return url === '' || missing.length === 0
    ? []
    : [
        warning(
          'allowed updates',
          `without ${missing.join(', ')}`,
          'run pnpm telegram:mode webhook, which sets the list',
        ),
      ];
}
