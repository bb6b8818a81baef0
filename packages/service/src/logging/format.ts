import { styleText } from 'node:util';
import type { Redactor } from './redact.ts';
import { serialize, type Serialized } from './serialize.ts';

export interface Identity {
  readonly app: string;
  readonly instance: string;
}

export interface LogEntry {
  readonly level: string;
  readonly message: unknown;
  readonly fields?: unknown;
}

/** One JSON object a line: time, level, app, instance, msg, then the context. */
export function productionLine(entry: LogEntry, identity: Identity, redact: Redactor): string {
  // Our own names last, so that a field cannot overwrite who spoke and when; first in the text, for the eye.
  const own = {
    time: new Date().toISOString(),
    level: entry.level,
    app: identity.app,
    instance: identity.instance,
    msg: redact(String(entry.message)),
  };
  return JSON.stringify({ ...own, ...fieldsOf(entry, redact), ...own });
}

const colours = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray' } as const;

/** `12:03:01.123 info  worker-1 message key=value`; an error's stack follows on lines of its own. */
export function developmentLine(entry: LogEntry, identity: Identity, redact: Redactor): string {
  const level = isLevel(entry.level) ? styleText(colours[entry.level], entry.level.padEnd(5)) : entry.level;
  const time = styleText('gray', new Date().toISOString().slice(11, 23));
  const words = [time, level, styleText('cyan', identity.instance), redact(String(entry.message))];
  const stacks: string[] = [];
  for (const [name, value] of Object.entries(fieldsOf(entry, redact))) {
    words.push(`${styleText('gray', `${name}=`)}${readable(value)}`);
    if (entry.level === 'error') stacks.push(...stacksOf(value));
  }
  return [words.join(' '), ...stacks].join('\n');
}

function isLevel(level: string): level is keyof typeof colours {
  return level in colours;
}

function fieldsOf(entry: LogEntry, redact: Redactor): Record<string, Serialized> {
  const fields = serialize(entry.fields ?? {}, redact);
  return isRecord(fields) ? fields : { fields };
}

function isRecord(value: Serialized): value is Record<string, Serialized> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readable(value: Serialized): string {
  if (isErrorJson(value)) {
    const own = JSON.stringify(`${value.name}: ${value.message}`);
    return value.cause === undefined ? own : `${own} ← ${readable(value.cause)}`;
  }
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value);
}

function stacksOf(value: Serialized): string[] {
  if (!isErrorJson(value)) return [];
  const own = value.stack.split('\n');
  return value.cause === undefined ? own : [...own, '  caused by', ...stacksOf(value.cause)];
}

interface ErrorJson {
  readonly [name: string]: Serialized;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

function isErrorJson(value: Serialized): value is ErrorJson & { readonly cause?: Serialized } {
  return (
    isRecord(value) &&
    [value['name'], value['message'], value['stack']].every((part) => typeof part === 'string')
  );
}
