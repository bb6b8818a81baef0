import { parseArgs } from 'node:util';
import { answerSupport, openQuestions } from '@aisha/core';
import { type ExitStatus, type Io, Trouble, UsageError } from '../command.ts';
import { age } from '../table.ts';
import { say, withTill } from './unit.ts';

/** An operator at the command line has no number at Telegram. */
const AT_THE_COMMAND_LINE = 0;

/** `aisha support …`: what people asked about payments, and answers to it. */
export async function run(args: readonly string[], io: Io): Promise<ExitStatus> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' } },
  });
  const [what = 'list', questionId, ...words] = positionals;
  return withTill('support', io, async ({ db, transact }): Promise<ExitStatus> => {
    if (what === 'list' && questionId === undefined) {
      const open = await openQuestions(db);
      const text = open
        .map((one) => `${one.id}  ${one.userId}  ${age(one.createdAt)} ago\n${one.text}\n`)
        .join('\n');
      say(io, values.json, open, text || 'Nobody waits for an answer.\n');
      return 0;
    }
    const answer = words.join(' ').trim();
    if (what !== 'answer' || questionId === undefined || !answer)
      throw new UsageError('list, or answer with the id of a question and the words');
    const isId = /^[0-9a-f-]{36}$/i.test(questionId);
    const sent =
      isId && (await transact((unit) => answerSupport(unit, AT_THE_COMMAND_LINE, questionId, answer)));
    if (!sent) throw new Trouble('there is no such question', 'see `aisha support list`');
    say(io, values.json, sent, `${sent.userId} is told.\n`);
    return 0;
  });
}
