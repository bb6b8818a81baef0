import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';

/** The named peer of webhook ingest: express that parses the body and adds a job, nothing else. */
const [port = '0', redisUrl = ''] = process.argv.slice(2);
const queue = new Queue('bare', { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }) });
const app = express();
app.use(express.json());
app.get('/health', (_request, response) => void response.json({ ok: true }));
app.post('/webhook/fal/status', async (request, response) => {
  const body: { request_id: string } = request.body;
  await queue.add('webhook', { requestId: body.request_id }, { removeOnComplete: true });
  response.json({ status: 'ok' });
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
