import { readFileSync } from 'node:fs';
import type { Product } from './product.ts';

/** Every secret of this run by its name: keys, tokens, passwords, and the tokens in the webhook addresses given out. */
async function secretsOf({ stack, fal }: Product): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  const add = (name: string, value: string | null | undefined) => {
    if (value) secrets.set(name, value);
  };
  const { env } = stack;
  for (const name of ['TELEGRAM_BOT_TOKEN', 'OPENAI_API_KEY', 'FAL_API_KEY', 'DATABASE_URL', 'REDIS_URL'])
    add(name, env[name]);
  add("the bot token's secret half", env['TELEGRAM_BOT_TOKEN']?.split(':')[1]);
  add("the FAL key's secret half", env['FAL_API_KEY']?.split(':')[1]);
  const redisPassword = new URL(env['REDIS_URL'] ?? 'redis://none').password;
  add('the Redis password', redisPassword.length > 5 ? redisPassword : null);
  add('the S3 secret key, as a field', env['MINIO_SECRET_KEY'] && `"${env['MINIO_SECRET_KEY']}"`);
  for (const { webhookUrl, requestId } of await fal.paidJobs())
    add(`webhook token of ${requestId}`, webhookUrl && new URL(webhookUrl).searchParams.get('token'));
  return secrets;
}

const OURS = /^(bot-polling|worker|webhook-api|migrations|buckets|nginx)/;

/** Lines of the apps and of nginx that give a secret away, each with what it gives away; empty when all is well. */
export async function leaks(product: Product): Promise<string[]> {
  const secrets = [...(await secretsOf(product))];
  const { access, webhook } = product.stack.nginx.logs;
  const requests = [access, webhook].flatMap((path) => readFileSync(path, 'utf8').split('\n'));
  const lines = [...product.lines(OURS), ...requests];
  return lines.flatMap((line) =>
    secrets.flatMap(([name, value]) => (line.includes(value) ? [`${name}: ${line}`] : [])),
  );
}
