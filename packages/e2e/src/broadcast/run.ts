import { setTimeout as wait } from 'node:timers/promises';
import { p95 } from '../attacks/bystander.ts';
import { Person, says } from '../person.ts';
import { type Product, startProduct } from '../product.ts';
import { eventually } from '../waiting.ts';

export interface BroadcastOptions {
  readonly people: number;
  readonly rate: number;
  readonly kills: number;
  readonly say: (line: string) => void;
}

export interface BroadcastReport {
  /** Whom it was for, with the operator and the one who looked on. */
  readonly people: number;
  /** As the product counts. */
  readonly sent: number;
  readonly skipped: number;
  readonly refused: number;
  readonly uncertain: number;
  /** By Telegram's stand-in: chats with more than one copy, and those that were to have one and have none. */
  readonly twice: number;
  readonly missed: number;
  /** Of the uncertain, those who have it. */
  readonly uncertainWithCopy: number;
  /** The most that arrived in any second. */
  readonly mostInASecond: number;
  readonly seconds: number;
  /** Of somebody who asks the bot for help all the time. */
  readonly answersP95Ms: number;
  readonly answers: number;
  readonly crashes: readonly string[];
}

const OPERATOR = 700_000_002;
const TEXT = 'Новости Aisha: стало быстрее.';
const BLOCKED = 0.03;

/** Sends one message to many, kills the worker that sends them, and counts in Telegram's stand-in what arrived. */
export async function broadcastToMany(options: BroadcastOptions): Promise<BroadcastReport> {
  const { people, rate, kills, say } = options;
  const product = await startProduct({
    name: 'broadcast',
    settings: {
      TELEGRAM_ADMIN_IDS: String(OPERATOR),
      BROADCAST_PER_SECOND: String(rate),
      LIMIT_UPDATES_PER_MINUTE: '10000',
    },
  });
  try {
    const operator = await Person.join(product.telegram, 'Оператор', 'ru', OPERATOR);
    const looker = await Person.join(product.telegram, 'Анна', 'ru');
    for (const one of [operator, looker]) {
      await one.write('/start');
      await one.see(says(/Aisha/), 'the menu');
    }
    const ids = await meet(product, people);
    say(`${people} people, ${Math.round(people * BLOCKED)} of them have blocked the bot`);
    const over = new AbortController();
    const answers = ask(looker, over.signal);

    await operator.write('/admin');
    await operator.press(/Рассылки/);
    await operator.press(/Новая рассылка/);
    await operator.see(says(/Пришлите сообщение/), 'the question');
    await operator.write(TEXT);
    await operator.press(/Отправить: \d+/);
    const from = performance.now();
    const state = async () => {
      const rows = await product.sql(
        'select state, count(*)::int as n from broadcast_recipients group by state',
      );
      return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['n'])]));
    };
    await eventually('it is under way', async () => ((await state())['sent'] ?? 0) > 0, 60_000);
    const worker = product.stack.apps.find(({ name }) => name.startsWith('worker'));
    for (let kill = 1; kill <= kills; kill += 1) {
      const goal = (people * kill) / (kills + 1);
      await eventually('a part is sent', async () => ((await state())['sent'] ?? 0) >= goal, 3_600_000);
      await worker?.kill();
      say(`killed at ${JSON.stringify(await state())}`);
      await worker?.start();
    }
    await eventually(
      'it is finished',
      async () => (await product.sql(`select 1 from broadcasts where state = 'finished'`)).length > 0,
      3_600_000,
    );
    const seconds = Math.round((performance.now() - from) / 1_000);
    await operator.see(says(/Рассылка закончена/), 'the report');
    over.abort();
    const took = await answers;
    const tally = await state();
    const all = [...ids, operator.id, looker.id];
    return {
      people: all.length,
      sent: tally['sent'] ?? 0,
      skipped: tally['skipped'] ?? 0,
      refused: tally['refused'] ?? 0,
      uncertain: tally['uncertain'] ?? 0,
      ...(await arrived(product, all)),
      seconds,
      answersP95Ms: p95(took),
      answers: took.length,
      crashes: product.crashes(),
    };
  } finally {
    await product.stop();
  }
}

/** People who know the bot; of those who blocked it the bot has not heard. */
async function meet(product: Product, count: number): Promise<number[]> {
  const made = await product.telegram.createUsers({ count, met: true });
  const ids = made.map(({ id }) => id);
  const blocked = ids.filter((_id, n) => n % Math.round(1 / BLOCKED) === 0);
  for (const userId of blocked) await product.telegram.block({ userId });
  await eventually(
    'what the blocks bring is handled',
    async () =>
      (await product.sql('select 1 from chats where unreachable_since is not null')).length >= blocked.length,
    600_000,
  );
  await product.sql(`insert into users (id, first_name) select unnest($1::bigint[]), 'A'`, [ids]);
  await product.sql(
    `insert into chats (id, type) select unnest($1::bigint[]), 'private'
     on conflict (id) do update set unreachable_since = null`,
    [ids],
  );
  return ids;
}

/** How long each answer took. */
async function ask(person: Person, until: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!until.aborted) {
    const from = performance.now();
    const { id } = await person.write('/help');
    await person.see(says(/./), 'an answer', { after: id });
    took.push(Math.round(performance.now() - from));
    // Telegram takes a message a second to one chat.
    await wait(1_200, undefined, { signal: until }).catch(() => undefined);
  }
  return took;
}

/** What Telegram's stand-in says of who has it. */
async function arrived(product: Product, ids: readonly number[]) {
  const rows = await product.sql('select user_id, state from broadcast_recipients');
  const fates = new Map(rows.map((row) => [Number(row['user_id']), String(row['state'])]));
  let twice = 0;
  let missed = 0;
  let uncertainWithCopy = 0;
  const perSecond = new Map<number, number>();
  for (const id of ids) {
    const { messages } = await product.telegram.transcript({ chatId: id });
    const mine = messages.filter((one) => one.fromBot && one.text === TEXT);
    // The operator has seen it before everybody else.
    const copies = id === OPERATOR ? mine.slice(1) : mine;
    const fate = fates.get(id);
    if (copies.length > 1) twice += 1;
    if (copies.length === 0 && fate === 'sent') missed += 1;
    if (copies.length > 0 && fate === 'uncertain') uncertainWithCopy += 1;
    for (const { message } of copies) perSecond.set(message.date, (perSecond.get(message.date) ?? 0) + 1);
  }
  return { twice, missed, uncertainWithCopy, mostInASecond: Math.max(0, ...perSecond.values()) };
}
