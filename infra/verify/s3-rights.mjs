// s3-rights.mjs <endpoint> <how policies name the user "aisha">: what the key of the processes may do, and what not.
// Its users root, aisha and another have the keys <name>-key and the secrets <name>-secret.
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

const storagePackage = new URL('../../packages/storage/src/storage.ts', import.meta.url);
const { createStorage } = await import(storagePackage.href);
const s3 = createRequire(storagePackage)('@aws-sdk/client-s3');
const [endpoint, principal] = process.argv.slice(2);

const buckets = { avatars: 'avatars', transcripts: 'transcripts', generated: 'generated' };
const keys = (name) => ({ accessKey: `${name}-key`, secretKey: `${name}-secret` });
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => log };
const storageOf = (name, own = keys(name)) =>
  createStorage({ endpoint, region: 'us-east-1', ...own, buckets }, { log });
const clientOf = (name) =>
  new s3.S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: keys(name).accessKey, secretAccessKey: keys(name).secretKey },
  });

let wrong = 0;
function told(what, holds, detail = '') {
  if (!holds) wrong += 1;
  process.stdout.write(`  ${holds ? 'ok  ' : 'FAIL'} ${what}${holds ? '' : `: ${detail}`}\n`);
}
const may = async (what, work, expected = () => true) =>
  work().then(
    (value) => told(`may ${what}`, expected(value), JSON.stringify(value)),
    (error) => told(`may ${what}`, false, `${error.name} ${error.message} ${error.cause?.name ?? ''}`),
  );
const mayNot = async (what, work) =>
  work().then(
    () => told(`may not ${what}`, false, 'it was allowed'),
    (error) => told(`may not ${what}`, (error.cause ?? error).$metadata?.httpStatusCode === 403, error.name),
  );

const [root, aisha, another] = ['root', 'aisha', 'another'].map((name) => storageOf(name));
const [rootClient, client] = [clientOf('root'), clientOf('aisha')];
await root.ensureBuckets();
await rootClient.send(new s3.CreateBucketCommand({ Bucket: 'others' }));
await rootClient.send(new s3.PutObjectCommand({ Bucket: 'others', Key: 'a', Body: 'theirs' }));
const text = { contentType: 'text/plain' };
const [key, prefix] = ['7/images/a.txt', '7/images/'];
await mayNot('put before it was let in', () => aisha.put('avatars', key, Buffer.from('a'), text));
await root.grant(principal);

await may('put', () => aisha.put('avatars', key, Buffer.from('a'), text));
await may('put in parts', () =>
  aisha.put('avatars', `${prefix}b.bin`, Readable.from([Buffer.alloc(12_000_000)]), text),
);
await may('get', () => aisha.get('avatars', key), String);
await may(
  'learn that there is none',
  () => aisha.head('avatars', `${prefix}none`),
  (found) => found === null,
);
await may('copy', () => aisha.copy({ bucket: 'avatars', key }, { bucket: 'generated', key }), Boolean);
await may(
  'sign a link',
  async () => (await fetch(await aisha.signedUrl('generated', key, { expiresSeconds: 60 }))).status,
  (status) => status === 200,
);
await may(
  'list',
  () => Array.fromAsync(aisha.list('avatars', prefix)),
  ({ length }) => length === 2,
);
await may('reach all three', () => aisha.check(AbortSignal.timeout(5_000)));
await may(
  'delete many',
  () => aisha.deletePrefix('avatars', prefix),
  (deleted) => deleted === 2,
);
await may('delete one', () => aisha.delete('avatars', key));

const send = (name, input) => () => client.send(new s3[`${name}Command`](input));
await may('see no bucket of others', send('ListBuckets', {}), ({ Buckets }) =>
  (Buckets ?? []).every(({ Name }) => Name !== 'others'),
);
await mayNot('list another bucket', send('ListObjectsV2', { Bucket: 'others' }));
await mayNot('read another bucket', send('GetObject', { Bucket: 'others', Key: 'a' }));
await mayNot('write to another bucket', send('PutObject', { Bucket: 'others', Key: 'b', Body: 'b' }));
await mayNot('delete from another bucket', send('DeleteObject', { Bucket: 'others', Key: 'a' }));
await mayNot(
  'copy from another bucket',
  send('CopyObject', { Bucket: 'generated', Key: key, CopySource: 'others/a' }),
);
await mayNot('delete a bucket', send('DeleteBucket', { Bucket: 'transcripts' }));
await mayNot('read the policy', send('GetBucketPolicy', { Bucket: 'avatars' }));
await mayNot(
  'change the policy',
  send('PutBucketPolicy', { Bucket: 'avatars', Policy: '{"Version":"2012-10-17","Statement":[]}' }),
);
await mayNot('show a bucket to everybody', send('PutBucketAcl', { Bucket: 'avatars', ACL: 'public-read' }));
await mayNot(
  'show an object to everybody',
  send('PutObjectAcl', { Bucket: 'generated', Key: key, ACL: 'public-read' }),
);
told(
  'doctor finds nothing too much',
  !(await aisha.administers()) && (await aisha.foreignBuckets()).length === 0,
);
told(
  'doctor finds that root is too much',
  (await root.administers()) && (await root.foreignBuckets()).includes('others'),
);

await mayNot('(another user) read ours', () => another.get('generated', key));
await mayNot('(another user) list ours', () => Array.fromAsync(another.list('generated', null)));
told('nobody without a key reads ours', (await fetch(`${endpoint}/generated/${key}`)).status === 403);
const forged = storageOf('aisha', { ...keys('aisha'), secretKey: 'guessed' });
await mayNot('(a wrong secret) read ours', () => forged.get('generated', key));
process.exit(wrong === 0 ? 0 : 1);
