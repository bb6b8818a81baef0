import { createHash, createPublicKey, verify } from 'node:crypto';
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';

/**
 * The named peer of webhook ingest: express that parses the body and adds a job, nothing else. With a key (base64url) it
 * checks FAL's signature before, by node:crypto and nothing else: no age, no token, no rotation of keys.
 */
const [port = '0', redisUrl = '', key] = process.argv.slice(2);
const queue = new Queue('bare', { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }) });
const publicKey =
  key === undefined ? null : createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
const raw = new WeakMap<object, Buffer>();

const app = express();
app.use(express.json({ verify: (request, _response, body) => void raw.set(request, body) }));
app.get('/health', (_request, response) => void response.json({ ok: true }));
app.post('/webhook/fal/status', async (request, response) => {
  if (publicKey) {
    const part = (name: string) => request.get(`x-fal-webhook-${name}`) ?? '';
    const digest = createHash('sha256')
      .update(raw.get(request) ?? '')
      .digest('hex');
    const message = [part('request-id'), part('user-id'), part('timestamp'), digest].join('\n');
    if (!verify(null, Buffer.from(message), publicKey, Buffer.from(part('signature'), 'hex'))) {
      response.status(401).json({ status: 'forged' });
      return;
    }
  }
  const body: { request_id: string } = request.body;
  await queue.add('webhook', { requestId: body.request_id }, { removeOnComplete: true });
  response.json({ status: 'ok' });
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
