import { shorten } from '../text/shorten.ts';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '@aisha/config';
import { knownPhraseIn } from './classify.ts';

/** What may be said of an error outside of the process's memory: in logs, health answers, queue boards. */
export interface ErrorDescription {
  readonly name: string;
  /** Ours, or words that are known to carry nothing of anybody; else `WITHHELD`. */
  readonly message: string;
  readonly code?: string | number;
  /** Where a database, a store or the network failed: names of ours and of machines, never values. */
  readonly at?: Readonly<Record<string, string | number>>;
  /** The calls that led to it, without the message that V8 puts before them. */
  readonly stack?: string;
  readonly cause?: ErrorDescription;
  readonly errors?: readonly ErrorDescription[];
}

/**
 * Libraries and servers put what they were given into their messages: a failing statement its parameters, a JSON
 * parser the text, an API the prompt. So only messages written in this repository are passed on.
 */
export const WITHHELD = '[withheld]';

const LONGEST_CHAIN = 6;
const LONGEST_LIST = 20;
const LONGEST_MESSAGE = 1_000;
const LONGEST_STACK = 4_000;

/** The one place that decides what an error says. */
export function describeError(error: unknown): ErrorDescription {
  return describe(error, 0);
}

/** The same in one line, for places that keep a line. */
export function errorLine(error: unknown): string {
  const { name, message, code, cause } = describeError(error);
  const own = [name, code, message].filter((part) => part !== undefined && part !== WITHHELD).join(' ');
  return cause === undefined ? own : `${own} < ${[cause.name, cause.code].filter(Boolean).join(' ')}`;
}

function describe(error: unknown, depth: number): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: WITHHELD };
  const calls = callsOf(error);
  return {
    name: wordOf(error.name) ?? 'Error',
    message: messageOf(error, calls),
    ...codeOf(error),
    ...placeOf(error),
    ...(calls.length === 0 ? {} : { stack: shorten(calls.join('\n'), LONGEST_STACK) }),
    ...(depth >= LONGEST_CHAIN ? {} : causesOf(error, depth + 1)),
  };
}

function messageOf(error: Error, calls: readonly string[]): string {
  if (error instanceof ConfigError || isWrittenHere(calls)) return shorten(error.message, LONGEST_MESSAGE);
  return knownPhraseIn(error.message) ?? WITHHELD;
}

function causesOf(error: Error, depth: number): Pick<ErrorDescription, 'cause' | 'errors'> {
  return {
    ...(error.cause === undefined ? {} : { cause: describe(error.cause, depth) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, LONGEST_LIST).map((one) => describe(one, depth)) }
      : {}),
  };
}

/** Packages and apps, compiled or not. */
const HOUSE = fileURLToPath(new URL('../../../..', import.meta.url));

/** A message is ours when the error was made by a line of ours, not by a library or by V8's own functions. */
function isWrittenHere([made = '']: readonly string[]): boolean {
  return made.includes(HOUSE) && !made.includes('/node_modules/');
}

/** `stack` begins with name and message, which may have any number of lines. */
function callsOf(error: Error): string[] {
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? '';
  const calls = stack.startsWith(head)
    ? stack.slice(head.length)
    : stack.slice(stack.indexOf(error.message) + error.message.length);
  return calls.split('\n').filter((line) => /^ {4}at /.test(line));
}

const WORD = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
const wordOf = (value: unknown) => (typeof value === 'string' && WORD.test(value) ? value : undefined);

function codeOf(error: Error): Pick<ErrorDescription, 'code'> {
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return { code };
  return typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code) ? { code } : {};
}

/** PostgreSQL's names of tables and constraints, the network's addresses, the AWS SDK's status. */
const PLACES = [
  'severity',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'hostname',
  'address',
  'port',
];

function placeOf(error: Error): Pick<ErrorDescription, 'at'> {
  const own = new Map<string, unknown>(Object.entries(error));
  const at = PLACES.flatMap((name): [string, string | number][] => {
    const value = own.get(name);
    if (typeof value === 'number') return [[name, value]];
    return typeof value === 'string' && /^[\w.:-]{1,100}$/.test(value) ? [[name, value]] : [];
  });
  const metadata = own.get('$metadata');
  if (
    typeof metadata === 'object' &&
    metadata !== null &&
    'httpStatusCode' in metadata &&
    typeof metadata.httpStatusCode === 'number'
  )
    at.push(['status', metadata.httpStatusCode]);
  return at.length === 0 ? {} : { at: Object.fromEntries(at) };
}
