import type { ProcessConfig } from '@aisha/config';
import winston from 'winston';
import { developmentLine, type LogEntry, productionLine } from './format.ts';
import { hidePeople } from './people.ts';
import { createRedactor } from './redact.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** What packages may know of logging. Put errors in a field (`{ error }`), never in the message. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line: ids that follow one job across processes. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  /** Values that must never appear in a line, whatever the field. */
  readonly secrets?: readonly string[];
  /** People's numbers stand as pseudonyms by this key: a secret of the installation. */
  readonly peopleKey?: string;
  /** Where lines go; standard output unless told. */
  readonly stream?: NodeJS.WritableStream;
}

/** JSON lines in production and tests, readable lines in development; both without secrets. */
export function createLogger(config: ProcessConfig, options: LoggerOptions = {}): Logger {
  const stream = options.stream ?? process.stdout;
  // Whoever read our lines is gone: that is no reason to stop working, nor to report it to them over and over.
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  const redact = createRedactor(options.secrets ?? []);
  const identity = { app: config.app, instance: config.instanceId };
  const form = config.environment === 'development' ? developmentLine : productionLine;
  const hide = options.peopleKey === undefined ? undefined : hidePeople(options.peopleKey);
  const line = (info: LogEntry) => {
    const whole = form(info, identity, redact);
    return hide ? hide(whole) : whole;
  };
  const root = winston.createLogger({
    level: config.logLevel,
    format: winston.format((info) => ({ ...info, [messageSymbol]: line(info) }))(),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  return wrap((level, message, fields) => root.log({ level, message, fields }), {});
}

/** Says nothing; for tests and for code that runs before there is a logger. */
export const silentLogger: Logger = wrap(() => undefined, {});

function ignore(): void {}

const messageSymbol = Symbol.for('message');

type Level = 'error' | 'warn' | 'info' | 'debug';

function wrap(write: (level: Level, message: string, fields: LogFields) => void, context: LogFields): Logger {
  const at = (level: Level) => (message: string, fields?: LogFields) =>
    write(level, message, fields === undefined ? context : { ...context, ...fields });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => wrap(write, { ...context, ...fields }),
  };
}
