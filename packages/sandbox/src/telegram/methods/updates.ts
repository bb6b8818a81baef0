import { badRequest, conflict, tooManyRequests } from '../errors.ts';
import { LONGEST_POLL_SECONDS, SET_WEBHOOK, WEBHOOK_ACTIVE } from '../poller.ts';
import { parseAllowedUpdates } from '../updates.ts';
import { checkTarget } from '../webhook-target.ts';
import { Described, RawJson, type Call } from './method.ts';

const MAX_CERTIFICATE_BYTES = 3 * 1024 * 1024;
const MAX_SECRET = 256;

export async function getUpdates({ bot, params }: Call): Promise<RawJson> {
  if (bot.webhook.settings !== null) return bot.poller.paced(conflict(WEBHOOK_ACTIVE));
  applyAllowedUpdates({ bot, params });
  const updates = await bot.poller.poll({
    offset: params.integer('offset', 0),
    limit: params.integer('limit', 100, 1, 100),
    timeout: params.integer('timeout', 0, 0, LONGEST_POLL_SECONDS),
  });
  return new RawJson(`[${updates.join(',')}]`);
}

function applyAllowedUpdates({ bot, params }: Pick<Call, 'bot' | 'params'>): void {
  const allowed = parseAllowedUpdates(params.text('allowed_updates'));
  if (allowed !== undefined) bot.allowedUpdates = allowed;
}

/** When each bot last set a webhook, in milliseconds: once a second is allowed. */
const lastSet = new WeakMap<object, number>();
/** The newest setWebhook of each bot; an earlier one still being checked gives way. */
const newest = new WeakMap<object, object>();

export async function setWebhook(call: Call): Promise<Described> {
  const { world, bot, params } = call;
  const url = params.text('url') ?? '';
  if (url === '') return deleteWebhook(call);
  const secretToken = params.text('secret_token') ?? '';
  if (secretToken.length > MAX_SECRET) throw badRequest('secret token is too long');
  if (!/^[A-Za-z0-9_-]*$/.test(secretToken)) throw badRequest('secret token contains unallowed characters');
  const certificate = params.files.get('certificate')?.bytes;
  if (certificate !== undefined && certificate.length > MAX_CERTIFICATE_BYTES) {
    throw badRequest('certificate size is too big');
  }
  const now = world.clock.now();
  if (now - (lastSet.get(bot) ?? Number.NEGATIVE_INFINITY) < 1000) throw tooManyRequests(1);
  const ipAddress = params.text('ip_address');
  newest.set(bot, call);
  await checkTarget(url, ipAddress, call.localWebhooks);
  if (newest.get(bot) !== call) throw conflict('terminated by other setWebhook');
  lastSet.set(bot, now);
  const most = call.localWebhooks ? 100_000 : 100;
  const settings = {
    url: /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`,
    secretToken: secretToken === '' ? undefined : secretToken,
    maxConnections: params.integer('max_connections', call.localWebhooks ? 100 : 40, 1, most),
    ipAddress,
    certificate: certificate === undefined ? undefined : Buffer.from(certificate).toString('utf8'),
  };
  const before = bot.webhook.settings;
  applyAllowedUpdates(call);
  if (params.flag('drop_pending_updates')) bot.queue.clear();
  world.onChange();
  if (before !== null && JSON.stringify(before) === JSON.stringify(settings)) {
    return new Described(true, 'Webhook is already set');
  }
  bot.poller.terminate(SET_WEBHOOK);
  bot.webhook.set(settings);
  return new Described(true, 'Webhook was set');
}

export function deleteWebhook({ world, bot, params }: Call): Described {
  const wasSet = bot.webhook.settings !== null;
  bot.webhook.set(null);
  if (params.flag('drop_pending_updates')) bot.queue.clear();
  world.onChange();
  return new Described(true, wasSet ? 'Webhook was deleted' : 'Webhook is already deleted');
}

export function getWebhookInfo({ bot }: Call): object {
  const { settings, lastError } = bot.webhook;
  return {
    url: settings?.url ?? '',
    has_custom_certificate: settings?.certificate !== undefined,
    pending_update_count: bot.queue.size,
    ip_address: settings?.ipAddress,
    last_error_date: lastError?.date,
    last_error_message: lastError?.message,
    max_connections: settings?.maxConnections,
    allowed_updates: bot.allowedUpdates ?? undefined,
  };
}
