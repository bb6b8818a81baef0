import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { connect } from 'node:tls';
import type { FalConfig, TelegramConfig } from '@aisha/config';
import { z } from 'zod';
import { attempt, type Check, failed, type Finding, ok, unconfigured, warning } from './finding.ts';

const CERTIFICATE_DAYS = 14;
const TIMEOUT_MS = 10_000;

/** The way in, tried from the public addresses: what FAL and Telegram would meet. */
export const checkWebhooks: Check = async ({ fal, telegram }) => {
  const findings: Finding[] = [];
  if (!fal) findings.push(...unconfigured('FAL webhooks'));
  else if (fal.webhook) findings.push(...(await falPath(fal.webhook)));
  else
    findings.push(warning('FAL webhooks', 'no address: results are found by polling', 'set FAL_WEBHOOK_URL'));
  if (!telegram) findings.push(...unconfigured('Telegram webhook'));
  else if (telegram.webhook) findings.push(...(await telegramPath(telegram.webhook, telegram.mode)));
  return findings;
};

const unreachable =
  'the address must lead here from the outside: DNS, firewall (443 or 8443), nginx, webhook-api; from inside a network without hairpin NAT run this elsewhere';

async function falPath({ statusUrl, portraitUrl }: NonNullable<FalConfig['webhook']>): Promise<Finding[]> {
  const { origin } = new URL(statusUrl);
  const health = await attempt(`${origin}/health`, unreachable, () => askHealth(origin));
  if (health.some(({ verdict }) => verdict === 'failed')) return health;
  const [certificate, ...rest] = await Promise.all([
    lifetime(statusUrl),
    ...[statusUrl, portraitUrl].map((url) => attempt(pathOf(url), unreachable, () => knockAsFal(url))),
  ]);
  return [...health, ...certificate, ...rest.flat()];
}

async function askHealth(origin: string): Promise<Finding> {
  const { status, location } = await ask(`${origin}/health`, { method: 'GET' });
  const what = 'reachable';
  if (status === 200) return ok(what, `${origin}/health answers 200`);
  const found = `${origin}/health answers ${status}${location}`;
  return status === 503
    ? failed(what, found, 'webhook-api misses something that it needs: see database and redis, and its log')
    : failed(what, found, 'this is not Aisha’s nginx: see FAL_WEBHOOK_URL and who listens there');
}

/**
 * A webhook that is right in everything but signed with a key of our own: it must be refused. A genuine one cannot
 * be made here, since only FAL has its key.
 */
async function knockAsFal(url: string): Promise<Finding> {
  const what = pathOf(url);
  const answer = await ask(`${url}?job=${randomUUID()}&token=doctor`, forgery());
  const said = `a forged webhook is answered ${answer.status}${answer.location}`;
  switch (answer.status) {
    case 401:
      return answer.outcome === 'stale'
        ? failed(
            what,
            'a fresh webhook is taken for an old one',
            'the clock of webhook-api is wrong: see clocks',
          )
        : ok(what, `${said}, as it must be; only FAL can sign a genuine one`);
    case 503:
      return failed(
        what,
        said,
        'webhook-api can reach neither FAL’s keys (FAL_JWKS_URL) nor, maybe, Redis: see fal and redis',
      );
    case 404:
    case 405:
      return failed(what, said, 'mend the path: FAL_WEBHOOK_URL must end in /webhook/fal/status');
    case 200:
      return failed(
        what,
        `${said}: it was believed`,
        'whatever answers there does not check signatures: point FAL_WEBHOOK_URL to Aisha’s webhook-api',
      );
    default:
      return failed(
        what,
        said,
        answer.status < 400
          ? 'FAL follows no redirect: give the final https address in FAL_WEBHOOK_URL'
          : 'see the logs of nginx (webhook_access.log) and webhook-api',
      );
  }
}

function forgery(): RequestInit {
  const requestId = randomUUID();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-fal-webhook-request-id': requestId,
      'x-fal-webhook-user-id': 'aisha-doctor',
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, Buffer.from(`${requestId}\n${timestamp}`), privateKey).toString(
        'hex',
      ),
    },
    body: JSON.stringify({ request_id: requestId, status: 'OK', payload: null }),
  };
}

async function telegramPath(
  { url, secret }: NonNullable<TelegramConfig['webhook']>,
  mode: TelegramConfig['mode'],
): Promise<Finding[]> {
  const certificate = await lifetime(url);
  const path = await attempt(pathOf(url), unreachable, () => knockAsTelegram(url, secret));
  // While the bot polls this address is not needed yet.
  const findings = [...certificate, ...path];
  return mode === 'webhook'
    ? findings
    : findings.map((one) => (one.verdict === 'failed' ? { ...one, verdict: 'warning' } : one));
}

/**
 * Whether an address takes Telegram's webhooks, without leaving a trace: a wrong secret must be refused, and with the
 * right one a body that is no update is understood to be none.
 */
export async function knockAsTelegram(url: string, secret: string): Promise<Finding> {
  const what = pathOf(url);
  const send = (token: string) =>
    ask(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': token },
      body: '{}',
    });
  const wrong = await send(`doctor-${randomUUID()}`);
  if (wrong.status !== 401)
    return failed(
      what,
      `a wrong secret is answered ${wrong.status}${wrong.location}`,
      wrong.outcome === 'off'
        ? 'webhook-api has no TELEGRAM_WEBHOOK_SECRET (and _URL): set both and restart it'
        : 'TELEGRAM_WEBHOOK_URL must lead to Aisha’s nginx and end in /webhook/telegram',
    );
  const right = await send(secret);
  if (right.status !== 400)
    return failed(
      what,
      `our own secret is answered ${right.status}${right.location}`,
      'webhook-api has another TELEGRAM_WEBHOOK_SECRET: give all processes the same and restart them',
    );
  return ok(what, 'knows the secret and refuses a wrong one');
}

interface Answer {
  readonly status: number;
  /** webhook-api's word for what became of it. */
  readonly outcome: string | null;
  /** For the eyes: where a redirect leads. */
  readonly location: string;
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, {
    ...init,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = z.looseObject({ status: z.string() }).safeParse(await response.json().catch(() => null));
  const location = response.headers.get('location');
  return {
    status: response.status,
    outcome: body.data?.status ?? null,
    location: location === null ? '' : ` (to ${location})`,
  };
}

/** fetch has checked the certificate by then; this tells how long it lasts. */
async function lifetime(url: string): Promise<Finding[]> {
  const { protocol, hostname, port, host } = new URL(url);
  const what = `certificate`;
  if (protocol !== 'https:') return [];
  return attempt(what, 'see SSL_CERT_PATH and infra/scripts/certificates.sh', async () => {
    const until = await expiry(hostname, port === '' ? 443 : Number(port));
    const days = Math.floor((until.getTime() - Date.now()) / 86_400_000);
    const found = `${host}: ${days} days left`;
    return days < CERTIFICATE_DAYS
      ? warning(what, found, 'renew it: infra/scripts/certificates.sh; its timer does so 30 days before')
      : ok(what, found);
  });
}

function expiry(host: string, port: number): Promise<Date> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, timeout: TIMEOUT_MS }, () => {
      const until = new Date(socket.getPeerCertificate().valid_to);
      socket.destroy();
      resolve(until);
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
    socket.once('error', reject);
  });
}

const pathOf = (url: string): string => new URL(url).pathname;
