import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One environment variable: how it is parsed and how it is explained to the person who sets it. */
export interface Variable<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** What it is for; a comment in `.env.example`. */
  readonly doc: string;
  /** What a right value looks like; shown when the value is wrong or missing. */
  readonly expected: string;
  /** Older names that are still read. */
  readonly aliases?: readonly string[];
  /** Never printed, and may come from a file named in `<NAME>_FILE`. */
  readonly secret?: boolean;
  /** Value shown in `.env.example`. */
  readonly example?: string;
}

export type Variables = Readonly<Record<string, Variable>>;
export type Values<V extends Variables> = { readonly [K in keyof V]: z.output<V[K]['schema']> };

export interface Issue {
  readonly variable: string;
  readonly problem: string;
  readonly expected: string;
}

/** Thrown once, with everything that is wrong, so that an operator mends the environment in one go. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly issues: readonly Issue[];

  constructor(app: string, issues: readonly Issue[]) {
    const lines = issues.map((i) => `  ${i.variable}: ${i.problem}; expected ${i.expected}`);
    super(
      `${app} cannot start: ${issues.length} environment ${issues.length === 1 ? 'variable is' : 'variables are'} wrong or missing\n` +
        `${lines.join('\n')}\n` +
        `Set them in the environment of the process (docker-compose.prod.yml or systemd: the env file; npm start: .env). ` +
        `A secret may be put into a file named by <NAME>_FILE. See .env.example.`,
    );
    this.issues = issues;
  }
}

/** A secret that systemd gives this unit (LoadCredential); every one that could be has a file there, empty or not. */
function credential(name: string, variable: Variable, env: Environment): string | undefined {
  const path = variable.secret && credentialFile(name, env);
  return path ? readFileSync(path, 'utf8').trim() || undefined : undefined;
}

/** Where systemd put it, if it did. */
export function credentialFile(name: string, env: Environment): string | undefined {
  const folder = env['CREDENTIALS_DIRECTORY'];
  const path = folder && join(folder, name);
  return path && existsSync(path) ? path : undefined;
}

/** The raw value: the variable, its `_FILE`, then the same for each alias; then systemd's. Empty means absent. */
function rawValue(name: string, variable: Variable, env: Environment, issues: Issue[]): string | undefined {
  for (const candidate of [name, ...(variable.aliases ?? [])]) {
    const direct = env[candidate]?.trim();
    if (direct) return direct;
    const file = env[`${candidate}_FILE`]?.trim();
    if (!file) continue;
    try {
      const content = readFileSync(file, 'utf8').trim();
      if (content) return content;
      issues.push({
        variable: `${candidate}_FILE`,
        problem: 'the file is empty',
        expected: variable.expected,
      });
    } catch {
      issues.push({
        variable: `${candidate}_FILE`,
        problem: 'the file cannot be read',
        expected: `a readable file with ${variable.expected}`,
      });
    }
    return undefined;
  }
  return credential(name, variable, env);
}

/**
 * Parses a group of variables. A wrong one is reported in `issues` and its value is left undefined;
 * the caller throws before anybody can see that.
 */
export function readVariables<V extends Variables>(
  variables: V,
  env: Environment,
  issues: Issue[],
): Values<V> | null {
  const before = issues.length;
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const filesBefore = issues.length;
    const raw = rawValue(name, variable, env, issues);
    if (issues.length > filesBefore) continue;
    const parsed = variable.schema.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else {
      const problem =
        raw === undefined
          ? 'is missing'
          : variable.secret
            ? 'is not right'
            : `"${raw.slice(0, 80)}" is not right`;
      issues.push({ variable: name, problem, expected: variable.expected });
    }
  }
  return issues.length === before ? (values as Values<V>) : null;
}

const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off']))
  .transform((v) => v === 'true' || v === '1' || v === 'yes' || v === 'on');

/** A boolean written true/false, 1/0, yes/no or on/off. */
export const boolean = (fallback: boolean) => flag.optional().transform((v) => v ?? fallback);

/** A whole number within bounds, with a default. */
export const integer = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number)
    .pipe(z.number().int().min(min).max(max))
    .optional()
    .transform((v) => v ?? fallback);

/** A value written as JSON; what it must hold is piped behind. */
export const json = z.string().transform((text, ctx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    ctx.addIssue('not JSON');
    return z.NEVER;
  }
});

/** An http(s) address without a trailing slash. */
export const httpUrl = z.url({ protocol: /^https?$/ }).transform((v) => v.replace(/\/+$/, ''));
