import { expect } from 'vitest';
import type { ChatMessage, FalFaultRule } from '@aisha/sandbox';
import { Person } from '../../person.ts';
import { eventually } from '../../waiting.ts';
import { imagine, type Ledger } from '../load.ts';
import type { System } from '../system.ts';

/** What a scenario is played on, and the book in which it writes what it ordered. */
export interface Stage {
  readonly system: System;
  readonly ledger: Ledger;
}

/** One thing that goes wrong, and what must come of it. */
export interface Scenario {
  readonly name: string;
  play(stage: Stage): Promise<void>;
}

export interface Ended {
  readonly orderId: string;
  readonly state: string;
  readonly failure: string | null;
  /** Jobs that FAL was paid for. */
  readonly paid: number;
}

let guests = 0;

export async function guest({ system }: Stage): Promise<Person> {
  guests += 1;
  return Person.join(system.telegram, `guest ${guests}`, 'en');
}

/** Orders a picture whose prompt nobody else uses, under faults that strike it alone. */
export async function orderPicture(
  stage: Stage,
  faults: readonly FalFaultRule['fault'][] = [],
  options: { times?: number; person?: Person } = {},
): Promise<{ person: Person; prompt: string }> {
  const person = options.person ?? (await guest(stage));
  guests += 1;
  const prompt = `a harbour in the fog, view ${guests}${person.id}`;
  for (const fault of faults)
    await stage.system.fal.addFault({ fault, text: prompt, times: options.times ?? 1 });
  stage.ledger.pictures.push({ chatId: person.id, prompt });
  await imagine(person, prompt);
  return { person, prompt };
}

/** The picture's order once it is over and its owner has been told. */
export async function pictureEnded(stage: Stage, prompt: string, timeoutMs = 60_000): Promise<Ended> {
  const { system } = stage;
  const row = await eventually(
    `the end of "${prompt}"`,
    async () =>
      (
        await system.sql(
          `select o.id, o.state, o.failure, j.id as job from orders o left join fal_jobs j on j.order_id = o.id
           left join notifications n on n.key = 'order:' || o.id || ':ended'
           where o.input->>'prompt' = $1 and o.ended_at is not null and (o.state = 'cancelled' or n.state = 'sent')`,
          [prompt],
        )
      )[0],
    timeoutMs,
  );
  const { job, failure } = row;
  const paid = typeof job === 'string' ? await system.fal.paidJobs({ job }) : [];
  return {
    orderId: String(row['id']),
    state: String(row['state']),
    failure: typeof failure === 'string' ? failure : null,
    paid: paid.length,
  };
}

/**
 * Takes off the minutes for which an unclear submit of this picture is waited for (UNCONFIRMED_MINUTES in
 * core/fal/jobs.ts): in the database, once the request has been sent.
 */
export async function hurryUnclear({ system }: Stage, prompt: string): Promise<void> {
  await eventually('the submit is unclear', async () => {
    const hurried = await system.sql(
      `update fal_jobs j set submitted_at = submitted_at - interval '31 minutes', next_check_at = now()
       from orders o where o.id = j.order_id and o.input->>'prompt' = $1 and j.state = 'submitting'
         and j.submitted_at < now() - interval '3 seconds' returning j.id`,
      [prompt],
    );
    return hurried.length > 0;
  });
}

/** What FAL heard from us about the webhooks of a picture's job, oldest first. */
export async function webhookAnswers({ system }: Stage, prompt: string): Promise<(number | null)[]> {
  const [row] = await system.sql(
    `select j.id from fal_jobs j join orders o on o.id = j.order_id where o.input->>'prompt' = $1`,
    [prompt],
  );
  const attempts = (await system.fal.webhooks()).filter((one) => one.job === String(row?.['id']));
  return attempts.map((one) => one.status);
}

/** Messages of the bot after one of the person's, in which the words stand. */
export async function saidTo(person: Person, words: RegExp, after = 0): Promise<ChatMessage[]> {
  return person.messages((message) => message.id > after && words.test(message.text));
}

export function expectPaidOnce(ended: Ended): void {
  expect(ended).toMatchObject({ state: 'succeeded', failure: null, paid: 1 });
}
