import { randomUUID } from 'node:crypto';
import { createFalClient } from '@aisha/providers';
import { silentLogger } from '@aisha/service';
import { createStorage } from '@aisha/storage/s3';
import { keepModelFile, sendModelFile } from '../../avatars/model-file.ts';

/**
 * A process that copies as many models at once as it is told, from the server at the address to its bucket and from
 * there to its FAL, and then writes on one line the most memory that it had, in bytes.
 */
const [server = '', copies = '1'] = process.argv.slice(2);
const elsewhere = { apiKey: 'a:b', queueUrl: `${server}/fal`, restUrl: `${server}/fal`, elsewhere: true };
const storage = createStorage(
  {
    endpoint: `${server}/s3`,
    accessKey: 'a',
    secretKey: 'b',
    region: 'us-east-1',
    buckets: { avatars: 'avatars', transcripts: 'avatars', generated: 'avatars' },
  },
  { log: silentLogger },
);
const parts = { fal: createFalClient({ config: elsewhere, log: silentLogger }), storage };
const { signal } = new AbortController();
const avatars = Array.from({ length: Number(copies) }, () => ({ id: randomUUID(), ownerId: 7 }));

const keys = await Promise.all(avatars.map((one) => keepModelFile(parts, one, `${server}/model`, signal)));
const sent = await Promise.all(
  avatars.map((one, i) => sendModelFile(parts, { id: one.id, modelKey: keys[i] ?? '' }, signal)),
);
if (!sent.every((outcome) => outcome?.kind === 'ok')) throw new Error(JSON.stringify(sent));
storage.close();
process.stdout.write(`${process.resourceUsage().maxRSS * 1024}\n`);
