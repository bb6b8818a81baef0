import { z } from 'zod';
import { faultRuleSchema, ROUTES, type FaultBook, type FaultRule, type RouteName } from './faults.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { type ScriptBook, type ScriptRule, scriptRuleSchema } from './scripts.ts';

export interface OpenAiSettings {
  /** The date that decides which models have ended; null for the real one. */
  clock: string | null;
  /** How long a minute of audio takes. */
  msPerAudioMinute: number;
  /** How long every request takes besides. */
  msPerRequest: number;
}

export interface RequestFilter {
  route?: RouteName | undefined;
  model?: string | undefined;
}

/** What tests and the launcher do to the stand-in beside its API: the same in this process and over HTTP. */
export interface OpenAiControl {
  settings(): Promise<OpenAiSettings>;
  configure(patch: Partial<OpenAiSettings>): Promise<OpenAiSettings>;
  /** Spoils the requests that a rule names; gives the rule's id. */
  addFault(rule: FaultRule): Promise<string>;
  removeFault(id: string): Promise<void>;
  clearFaults(): Promise<void>;
  /** Rules that are not used up. */
  faults(): Promise<(FaultRule & { id: string })[]>;
  /** The journal: every request with its repeat count and outcome, oldest first. */
  requests(filter?: RequestFilter): Promise<JournalEntry[]>;
  /** Gives a transcript or an answer instead of the stand-in's own. */
  script(rule: ScriptRule): Promise<void>;
  clearScripts(): Promise<void>;
  /** Forgets faults, scripts and journal, and all settings. */
  reset(): Promise<void>;
}

const settingsPatch = z.strictObject({
  clock: z.iso.datetime({ offset: true }).or(z.iso.date()).nullable().optional(),
  msPerAudioMinute: z.number().min(0).optional(),
  msPerRequest: z.number().min(0).optional(),
});

export interface ControlledParts {
  faults: FaultBook;
  journal: Journal;
  scripts: ScriptBook;
  settings: OpenAiSettings;
  defaults: Readonly<OpenAiSettings>;
}

export function createLocalControl({
  faults,
  journal,
  scripts,
  settings,
  defaults,
}: ControlledParts): OpenAiControl {
  return {
    settings: async () => ({ ...settings }),
    async configure(patch) {
      const given = settingsPatch.parse(patch);
      settings.clock = given.clock === undefined ? settings.clock : given.clock;
      settings.msPerAudioMinute = given.msPerAudioMinute ?? settings.msPerAudioMinute;
      settings.msPerRequest = given.msPerRequest ?? settings.msPerRequest;
      return { ...settings };
    },
    addFault: async (rule) => faults.add(rule),
    async removeFault(id) {
      faults.remove(id);
    },
    async clearFaults() {
      faults.clear();
    },
    faults: async () => faults.list(),
    requests: async (filter = {}) => journal.list(filter),
    async script(rule) {
      scripts.add(rule);
    },
    async clearScripts() {
      scripts.clear();
    },
    async reset() {
      faults.clear();
      scripts.clear();
      journal.clear();
      Object.assign(settings, defaults);
    },
  };
}

const anything = z.unknown();
const filterSchema = z.object({ route: z.enum(ROUTES).optional(), model: z.string().optional() });

/** A control as it goes over the wire: the schema of its one argument, and the call. */
const command = <S extends z.ZodType>(
  schema: S,
  work: (control: OpenAiControl, input: z.output<S>) => Promise<unknown>,
) => ({ run: (control: OpenAiControl, body: unknown) => work(control, schema.parse(body)) });

/** `POST /sandbox/<name>` with the argument as JSON. */
export const COMMANDS = {
  settings: command(anything, (control) => control.settings()),
  configure: command(settingsPatch, (control, patch) =>
    control.configure({
      ...(patch.clock === undefined ? {} : { clock: patch.clock }),
      ...(patch.msPerAudioMinute === undefined ? {} : { msPerAudioMinute: patch.msPerAudioMinute }),
      ...(patch.msPerRequest === undefined ? {} : { msPerRequest: patch.msPerRequest }),
    }),
  ),
  'add-fault': command(faultRuleSchema, (control, rule) => control.addFault(rule)),
  'remove-fault': command(z.object({ id: z.string() }), (control, { id }) => control.removeFault(id)),
  'clear-faults': command(anything, (control) => control.clearFaults()),
  faults: command(anything, (control) => control.faults()),
  requests: command(filterSchema, (control, filter) => control.requests(filter)),
  script: command(scriptRuleSchema, (control, rule) => control.script(rule)),
  'clear-scripts': command(anything, (control) => control.clearScripts()),
  reset: command(anything, (control) => control.reset()),
} as const;

export type CommandName = keyof typeof COMMANDS;

export const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

/** The controls of a stand-in in another process; `url` with or without `/v1`. */
export function createOpenAiControl(url: string): OpenAiControl {
  const root = url.replace(/\/(?:v1\/?)?$/u, '');
  // The stand-in's answers are our own types put through JSON: the other end is the table above.
  async function ask<T>(name: CommandName, argument: object = {}): Promise<T> {
    const response = await fetch(`${root}/sandbox/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(argument),
    });
    const answer: { value: T; error?: string } = JSON.parse(await response.text());
    if (!response.ok) throw new Error(`OpenAI stand-in, ${name}: ${answer.error ?? response.status}`);
    return answer.value;
  }
  return {
    settings: () => ask('settings'),
    configure: (patch) => ask('configure', patch),
    addFault: (rule) => ask('add-fault', rule),
    removeFault: (id) => ask('remove-fault', { id }),
    clearFaults: () => ask('clear-faults'),
    faults: () => ask('faults'),
    requests: (filter = {}) => ask('requests', filter),
    script: (rule) => ask('script', rule),
    clearScripts: () => ask('clear-scripts'),
    reset: () => ask('reset'),
  };
}
