import { expect } from 'vitest';
import { eventually } from '../../waiting.ts';
import { buttonData, imagine, isStatus } from '../load.ts';
import {
  expectPaidOnce,
  guest,
  hurryUnclear,
  orderPicture,
  pictureEnded,
  saidTo,
  type Scenario,
  type Stage,
  webhookAnswers,
} from './scenario.ts';

/** How its webhooks are answered: so many with this status, and none otherwise unless it says so. */
interface Answers {
  readonly status: number;
  readonly least?: number;
  readonly others?: true;
}

/** Whatever happens to the webhook, the picture comes, once, and is paid once. */
const webhook = (name: string, fault: Parameters<typeof orderPicture>[1], answers?: Answers): Scenario => ({
  name: `FAL: ${name}`,
  async play(stage) {
    const { person, prompt } = await orderPicture(stage, fault);
    expectPaidOnce(await pictureEnded(stage, prompt));
    if (answers)
      await eventually('the webhook is answered as it must be', async () => {
        const statuses = await webhookAnswers(stage, prompt);
        const fitting = statuses.filter((status) => status === answers.status).length;
        return fitting >= (answers.least ?? 1) && (answers.others === true || fitting === statuses.length);
      });
    expect(await saidTo(person, new RegExp(prompt))).toHaveLength(1);
  },
});

const WEBHOOKS: readonly Scenario[] = [
  webhook('nothing wrong', [], { status: 200 }),
  webhook('webhook lost: the poll finds the result', [{ kind: 'webhook_lost' }]),
  webhook('webhook five times', [{ kind: 'webhook_repeated', count: 5 }], { status: 200, least: 5 }),
  webhook('webhook before the answer to the submit', [{ kind: 'webhook_early' }], { status: 200 }),
  webhook('webhook late: already done, and acknowledged', [{ kind: 'webhook_late', seconds: 8 }], {
    status: 200,
  }),
  webhook('webhook with a wrong signature', [{ kind: 'webhook_wrong_signature' }], { status: 401 }),
  webhook('webhook without a signature', [{ kind: 'webhook_unsigned' }], { status: 401 }),
  webhook('webhook altered on its way', [{ kind: 'webhook_altered' }], { status: 401 }),
  webhook('webhook too old', [{ kind: 'webhook_stale', seconds: -400 }], { status: 401 }),
  webhook('webhook whose header names another request', [{ kind: 'webhook_mismatch' }], { status: 401 }),
  webhook('webhook about somebody else to our address', [{ kind: 'webhook_foreign' }]),
  webhook('webhook without its payload', [{ kind: 'webhook_payload_error' }], { status: 200 }),
  webhook('webhook of a second attempt of the platform', [{ kind: 'webhook_gateway_id' }], { status: 200 }),
];

const failed = (
  name: string,
  faults: Parameters<typeof orderPicture>[1],
  failure: string,
  options: { paid: number; unclear?: boolean },
): Scenario => ({
  name: `FAL: ${name}`,
  async play(stage) {
    const { person, prompt } = await orderPicture(stage, faults);
    if (options.unclear) await hurryUnclear(stage, prompt);
    const ended = await pictureEnded(stage, prompt);
    expect(ended).toMatchObject({ state: 'failed', failure, paid: options.paid });
    expect(await saidTo(person, /It didn’t work\n\n/)).toHaveLength(1);
  },
});

const SUBMITS: readonly Scenario[] = [
  webhook('reset after the job was made: its webhook brings the id', [{ kind: 'reset', afterJob: true }], {
    status: 200,
  }),
  failed('reset, and no job: never sent again', [{ kind: 'reset' }], 'provider_unconfirmed', {
    paid: 0,
    unclear: true,
  }),
  failed(
    '500 after the job was made and no webhook: paid once, never sent again',
    [{ kind: 'http', status: 500, afterJob: true }, { kind: 'webhook_lost' }],
    'provider_unconfirmed',
    { paid: 1, unclear: true },
  ),
  {
    name: 'FAL: 503 and 429 before it takes the request',
    async play(stage) {
      const { prompt } = await orderPicture(stage, [
        { kind: 'http', status: 503 },
        { kind: 'http', status: 429 },
      ]);
      expectPaidOnce(await pictureEnded(stage, prompt));
    },
  },
  failed('content policy', [{ kind: 'content_policy_violation' }], 'content_policy', { paid: 1 }),
  failed('an unsafe picture', [{ kind: 'nsfw' }], 'flagged', { paid: 1 }),
  failed('a result that is gone', [{ kind: 'expired' }], 'result_gone', { paid: 1 }),
  failed('a picture that the CDN lost', [{ kind: 'cdn_404' }], 'bad_result', { paid: 1 }),
];

const CANCELS: readonly Scenario[] = [
  {
    name: 'FAL: cancelled while it works: cancelled there too, nothing is told twice',
    async play(stage) {
      const { system } = stage;
      const { person, prompt } = await orderPicture(stage, [{ kind: 'never_ends' }]);
      const status = await person.see(isStatus, 'the status');
      const job = await eventually(
        'FAL works',
        async () =>
          (
            await system.sql(
              `select j.request_id from fal_jobs j join orders o on o.id = j.order_id where o.input->>'prompt' = $1 and j.request_id is not null`,
              [prompt],
            )
          )[0],
      );
      stage.ledger.cancels.push({
        chatId: person.id,
        orderId: buttonData(status, /Cancel/).split(':')[1] ?? '',
      });
      await person.pressOn(status, /Cancel/);
      expect(await pictureEnded(stage, prompt)).toMatchObject({ state: 'cancelled', paid: 1 });
      await eventually('FAL is asked to stop', async () =>
        (await system.fal.cancels()).some((one) => one.requestId === job['request_id']),
      );
      expect(await saidTo(person, /It didn’t work\n\n/)).toHaveLength(0);
    },
  },
  {
    name: 'FAL: cancelled before the submit: never sent, never paid',
    async play(stage) {
      const { system } = stage;
      const { person, prompt } = await orderSlowly(stage);
      const status = await person.see(isStatus, 'the status');
      await person.pressOn(status, /Cancel/);
      const ended = await pictureEnded(stage, prompt);
      expect(ended).toMatchObject({ state: 'cancelled', paid: 0 });
      await eventually(
        'no request is left open',
        async () =>
          (await system.count(
            `select count(*) from fal_jobs where order_id = $1 and state not in ('cancelled')`,
            [ended.orderId],
          )) === 0,
      );
    },
  },
];

/** The check of this prompt takes so long that the finger is quicker. */
async function orderSlowly(stage: Stage) {
  await stage.system.openai.addFault({
    route: 'moderations',
    contains: 'in the mist',
    fault: { kind: 'slow', ms: 10_000 },
  });
  const person = await guest(stage);
  const prompt = `a ship in the mist ${person.id}`;
  stage.ledger.pictures.push({ chatId: person.id, prompt });
  await imagine(person, prompt);
  return { person, prompt };
}

/** By itself: whoever else has a webhook under way then is told 401 until our keys are read again, at most 10 s later. */
export const KEY_ROTATION: Scenario = webhook(
  'webhook signed with a new key',
  [{ kind: 'webhook_rotated_key' }],
  { status: 200, others: true },
);

export const FAL_SCENARIOS: readonly Scenario[] = [...WEBHOOKS, ...SUBMITS, ...CANCELS];
