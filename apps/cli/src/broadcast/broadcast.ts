import { parseArgs } from 'node:util';
import {
  audienceSize,
  type Broadcast,
  draftBroadcast,
  findBroadcast,
  listBroadcasts,
  readButtons,
  type Step,
  stepBroadcastBy,
  type Tally,
  tallyOf,
} from '@aisha/core';
import { type BroadcastAudience, type BroadcastContent, isLanguage } from '@aisha/db';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { say, withTill } from '../money/unit.ts';
import { age, table } from '../table.ts';

const STEPS: readonly Step[] = ['start', 'pause', 'resume', 'cancel'];

/** `aisha broadcast …`: what operators do with a message to many in the chat. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      text: { type: 'string' },
      html: { type: 'boolean' },
      photo: { type: 'string' },
      button: { type: 'string', multiple: true },
      'active-days': { type: 'string' },
      language: { type: 'string' },
      credits: { type: 'string' },
    },
  });
  const [what, id, ...rest] = positionals;
  if (what === 'create' && id === undefined) return create(io, values);
  if (what === 'list' && id === undefined) return list(io, values.json);
  const step = STEPS.find((one) => one === what);
  if (rest.length > 0 || !id || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
    throw new UsageError(
      'create, list, or start, pause, resume, cancel or report with the id of a broadcast',
    );
  if (step) return move(io, id, step, values.json);
  if (what !== 'report') throw new UsageError('create, list, start, pause, resume, cancel or report');
  return withTill('broadcast', io, async ({ db }): Promise<ExitStatus> => {
    const found = await findBroadcast(db, id);
    if (!found) throw unknown(id);
    report(io, values.json, found, await tallyOf(db, id));
    return 0;
  });
}

const unknown = (id: string) => new Trouble(`there is no broadcast ${id}`, 'see `aisha broadcast list`');

interface CreateOptions {
  readonly json?: boolean | undefined;
  readonly text?: string | undefined;
  readonly html?: boolean | undefined;
  readonly photo?: string | undefined;
  readonly button?: readonly string[] | undefined;
  readonly 'active-days'?: string | undefined;
  readonly language?: string | undefined;
  readonly credits?: string | undefined;
}

function create(io: Io, given: CreateOptions): Promise<ExitStatus> {
  const content = contentOf(given);
  const audience = audienceOf(given);
  return withTill('broadcast', io, async ({ db, transact }): Promise<ExitStatus> => {
    const draft = await transact((unit) => draftBroadcast(unit, { content, audience, createdBy: 'cli' }));
    const recipients = await audienceSize(db, audience);
    say(
      io,
      given.json,
      { id: draft.id, state: draft.state, recipients },
      `Draft ${draft.id} for ${recipients} people. Look at it in the chat (/admin), then: aisha broadcast start ${draft.id}\n`,
    );
    return 0;
  });
}

/** Telegram's limits of a message and of a caption, in characters. */
const LONGEST = { text: 4_096, caption: 1_024 };

function contentOf({ text = '', html, photo, button }: CreateOptions): BroadcastContent {
  const most = photo === undefined ? LONGEST.text : LONGEST.caption;
  if (!text.trim() && photo === undefined) throw new UsageError('create needs a --text, or a --photo');
  if (text.length > most) throw new UsageError(`the text may have ${most} characters`);
  if (photo !== undefined && !URL.canParse(photo))
    throw new UsageError('--photo is an address that Telegram can fetch');
  const buttons = button?.length ? readButtons(button.join('\n')) : undefined;
  if (buttons === null) throw new UsageError('a --button is "Text | https://…", eight at most');
  return { text, html, photo, buttons };
}

function audienceOf(given: CreateOptions): BroadcastAudience {
  const { language, credits } = given;
  const days = given['active-days'];
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days)) throw new UsageError('--active-days is a number');
  if (language !== undefined && !isLanguage(language)) throw new UsageError('--language is ru, kk or en');
  if (credits !== undefined && credits !== 'with' && credits !== 'without')
    throw new UsageError('--credits is with or without');
  return { activeDays: days === undefined ? undefined : Number(days), language, credits };
}

function list(io: Io, json: boolean | undefined): Promise<ExitStatus> {
  return withTill('broadcast', io, async ({ db }): Promise<ExitStatus> => {
    const rows = (await listBroadcasts(db, 100)).map(
      ({ id, state, createdBy, createdAt, startedAt, endedAt }) => ({
        id,
        state,
        createdBy,
        createdAt,
        startedAt,
        endedAt,
      }),
    );
    const lines = rows.map((one) => [one.id, one.state, one.createdBy, age(one.createdAt)]);
    say(
      io,
      json,
      rows,
      rows.length === 0 ? 'No broadcasts.\n' : table(['BROADCAST', 'STATE', 'BY', 'AGE'], lines),
    );
    return 0;
  });
}

function move(io: Io, id: string, step: Step, json: boolean | undefined): Promise<ExitStatus> {
  return withTill('broadcast', io, async ({ db, transact }): Promise<ExitStatus> => {
    const moved = await transact((unit) => stepBroadcastBy(unit, 'cli', id, step));
    if (!moved) {
      const found = await findBroadcast(db, id);
      if (!found) throw unknown(id);
      throw new Trouble(
        `this broadcast is ${found.state}: it cannot be told to ${step}`,
        'see `aisha broadcast list`',
      );
    }
    report(io, json, moved, await tallyOf(db, id));
    return 0;
  });
}

function report(io: Io, json: boolean | undefined, of: Broadcast, tally: Tally): void {
  const { id, state, audience, startedAt, endedAt } = of;
  say(
    io,
    json,
    { id, state, audience, startedAt, endedAt, ...tally },
    `${id}: ${state}; ${tally.sent} of ${tally.all} got it, ${tally.skipped} out of reach, ${tally.refused} refused, ${tally.uncertain} uncertain, ${tally.waiting + tally.sending} left\n`,
  );
}
