import { createServer } from 'node:http';
import { runMain } from '@aisha/service';
import { clientAt } from './telegram.ts';

// A process as ours begin, that asks a server by a name of two addresses, one of which leads nowhere (dead-ipv6.test.ts).
const [url = ''] = process.argv.slice(2);
createServer((_request, response) =>
  response.end('{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"x","username":"x_bot"}}'),
).listen(Number(new URL(url).port), '0.0.0.0');
await runMain(async () => {
  const fetched = await fetch(url);
  const { client } = clientAt(url);
  const me = await client.call('getMe', {}, { priority: 'reply', timeoutMs: 8_000 });
  process.stdout.write(`${fetched.status} ${me.kind}`);
  return process.exit(0);
});
