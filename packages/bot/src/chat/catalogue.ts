import type { Unit, User } from '@aisha/core';
import { type Button, makeButton } from './button.ts';

/** What finding somebody's own row needs. */
export type Reading = Pick<Unit['tx'], 'select'>;

/** Who presses, as far as parameters and permission need to know. */
export interface Presser {
  readonly unit: { readonly tx: Reading };
  readonly user: Pick<User, 'id'>;
  readonly chatId: number;
  /** The pressed message belongs to somebody else in the group. */
  readonly atOthers: boolean;
  /** One of `TELEGRAM_ADMIN_IDS`, in their private chat. */
  readonly isOperator: boolean;
}

/** One parameter of a button: how a screen gives it, how it stands in callback data, what its answer gets. */
export interface Codec<Given, Got> {
  /** No colon, which separates parameters. */
  write(given: Given): string;
  /** `undefined` for what is malformed, out of date or not the presser's; `text` is `undefined` where there is none. */
  read(text: string | undefined, presser: Presser): Got | undefined | Promise<Got | undefined>;
  /** Bytes of the longest that it writes. */
  readonly longest: number;
}

/** A last parameter that may be left out. */
export interface OptionalCodec<Given, Got> extends Codec<Given, Got> {
  readonly optional: true;
}

type AnyCodec = Codec<unknown, unknown>;

export interface Row<Params extends readonly AnyCodec[]> {
  readonly params: Params;
  /** In a group a message belongs to whom it answers: may only they press, or any member? Or operators alone? */
  readonly by: 'owner' | 'anyone' | 'operator';
}

export const owner = <const Params extends readonly AnyCodec[]>(...params: Params): Row<Params> => ({
  params,
  by: 'owner',
});
export const anyone = <const Params extends readonly AnyCodec[]>(...params: Params): Row<Params> => ({
  params,
  by: 'anyone',
});

/** To anybody else such a button is out of date, whoever made up the press. */
export const operator = <const Params extends readonly AnyCodec[]>(...params: Params): Row<Params> => ({
  params,
  by: 'operator',
});

type Rows = Readonly<Record<string, Row<readonly AnyCodec[]>>>;

type GivenTo<Params extends readonly unknown[]> = Params extends readonly [infer One, ...infer Rest]
  ? One extends OptionalCodec<infer Value, unknown>
    ? [value?: Value, ...rest: GivenTo<Rest>]
    : One extends Codec<infer Value, unknown>
      ? [value: Value, ...rest: GivenTo<Rest>]
      : never
  : [];

type GotBy<Params extends readonly unknown[]> = {
  [At in keyof Params]: Params[At] extends Codec<infer _Given, infer Value> ? Value : never;
};

/** A method, so that answers with parameters of their own fit a table of answers. */
export type Answer<Turn, Args extends readonly unknown[]> = {
  answer(turn: Turn, ...args: Args): Promise<void> | void;
}['answer'];

/** An answer to every button of a catalogue. */
export type AnswersTo<All extends Rows, Turn> = {
  readonly [Name in keyof All]: Answer<Turn, GotBy<All[Name]['params']>>;
};

/** `unknown`: no such button. `outdated`: what it was about cannot be read or is not there any more. */
export type PressOutcome = 'answered' | 'unknown' | 'outdated' | 'of-another';

/** Rows by name; callback data is `name` or `name:parameter:parameter`. Only add: old buttons stay in chats for years. */
export function catalogue<const All extends Rows>(all: All) {
  return {
    /** A button of the catalogue, with its parameters. */
    button: <Name extends keyof All & string>(
      text: string,
      name: Name,
      ...given: GivenTo<All[Name]['params']>
    ): Button => {
      const values: readonly unknown[] = given;
      const params = all[name]?.params ?? [];
      const data = [name, ...values.map((value, n) => params[n]?.write(value) ?? '')].join(':');
      // What is left out at the end leaves nothing behind.
      return makeButton(text, data.replace(/:+$/, ''));
    },

    /** Reads a press's data, here and nowhere else, and hands it to its answer. */
    press: async <Turn extends Presser>(
      turn: Turn,
      data: string,
      answers: AnswersTo<All, Turn>,
    ): Promise<PressOutcome> => {
      const table: Readonly<Record<string, Answer<Turn, readonly unknown[]>>> = answers;
      const [name = '', ...texts] = data.split(':');
      const row = Object.hasOwn(all, name) ? all[name] : undefined;
      if (turn.atOthers && row?.by !== 'anyone') return 'of-another';
      const answer = table[name];
      if (!row || !answer) return 'unknown';
      if (row.by === 'operator' && !turn.isOperator) return 'outdated';
      const args: unknown[] = [];
      for (const [n, codec] of row.params.entries()) {
        const value = await codec.read(texts[n], turn);
        if (value === undefined) return 'outdated';
        args.push(value);
      }
      await answer(turn, ...args);
      return 'answered';
    },
  };
}
