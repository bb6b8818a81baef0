import type { Price } from './price.ts';

/** What a model does for us. Models of one role are used alike; what differs between them stands in their files. */
export type Role = 'trainer' | 'generator' | 'editor' | 'upscaler' | 'animator' | 'recogniser';

export interface Limits {
  /**
   * Minutes that a submit without an answer waits for its webhook before the order is given up: longer than the work
   * takes when FAL did accept it, since its webhook then tells us.
   */
  readonly unconfirmedMinutes: number;
  /** Seconds until an unfinished request is looked at again, by its age in seconds. The webhook is usually first. */
  readonly pollSeconds: (age: number) => number;
}

/** What is true of every model of FAL, whatever it does. */
export interface Model {
  /** In the catalogue, in rows and in the configuration; for ever. */
  readonly name: string;
  /** FAL's id of it, also for ever: it is what a request's row is read by. */
  readonly endpoint: string;
  readonly role: Role;
  readonly price: Price;
  readonly limits: Limits;
  /** The day (YYYY-MM-DD) from which FAL takes no more requests; `withdrawn`: it takes none already. */
  readonly shutdown: string | null;
}

/** FAL takes no requests for it any more; another server may. */
export function isWithdrawn({ shutdown }: Pick<Model, 'shutdown'>, now = new Date()): boolean {
  return shutdown !== null && (shutdown === 'withdrawn' || shutdown <= now.toISOString().slice(0, 10));
}
