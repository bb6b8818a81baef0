/** What became of the rows of one table. */
export class Tally {
  readonly what: string;
  read = 0;
  added = 0;
  /** From an earlier import, or because the person came here by themselves. */
  there = 0;
  readonly #leftOut = new Map<string, number>();

  constructor(what: string) {
    this.what = what;
  }

  leaveOut(why: string): void {
    this.#leftOut.set(why, (this.#leftOut.get(why) ?? 0) + 1);
  }

  /** A row of the table of results. */
  get cells(): string[] {
    const why = [...this.#leftOut].map(([reason, n]) => `${n}: ${reason}`);
    return [this.what, String(this.read), String(this.added), String(this.there), why.join('; ') || '-'];
  }
}
