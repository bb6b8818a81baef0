import type { Params } from './params.ts';

const MAX_ENTRIES = 20_000;
const LONGEST_VALUE = 2000;

/** One call of the Bot API. */
export interface JournalEntry {
  seq: number;
  /** Milliseconds since 1970, when it came in. */
  at: number;
  /** Milliseconds until it was answered. */
  took: number;
  bot: string;
  method: string;
  chatId: number | null;
  /** Long values are cut. */
  params: Record<string, string>;
  files: { field: string; name: string; mime: string; size: number }[];
  /** HTTP status of the answer; 0: none was given. */
  status: number;
  /** What was wrong, if anything. */
  error?: string | undefined;
  /** The fault that struck, if any. */
  fault?: string | undefined;
}

/** The last calls in detail, and how many of each there were. */
export class Journal {
  #entries: JournalEntry[] = [];
  #seq = 0;
  readonly #counts = new Map<string, number>();

  /** Notes a call as it begins; the outcome is filled in by the caller. */
  begin(at: number, bot: string, method: string, params: Params): JournalEntry {
    this.#seq += 1;
    const chatId = Number.parseInt(params.text('chat_id') ?? '', 10);
    const entry: JournalEntry = {
      seq: this.#seq,
      at,
      took: 0,
      bot,
      method,
      chatId: Number.isNaN(chatId) ? null : chatId,
      params: {},
      files: [],
      status: 0,
    };
    for (const [name, value] of params.values) {
      entry.params[name] = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
    }
    for (const [field, { name, mime, bytes }] of params.files) {
      entry.files.push({ field, name, mime, size: bytes.length });
    }
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES * 1.5) this.#entries = this.#entries.slice(-MAX_ENTRIES);
    this.#counts.set(method, (this.#counts.get(method) ?? 0) + 1);
    return entry;
  }

  get counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** Entries after `after`, oldest first. */
  list(filter: {
    method?: string | undefined;
    chatId?: number | undefined;
    after?: number | undefined;
    limit?: number | undefined;
  }): JournalEntry[] {
    const method = filter.method?.toLowerCase();
    const found = this.#entries.filter(
      (entry) =>
        entry.seq > (filter.after ?? 0) &&
        (method === undefined || entry.method.toLowerCase() === method) &&
        (filter.chatId === undefined || entry.chatId === filter.chatId),
    );
    return filter.limit === undefined ? found : found.slice(-filter.limit);
  }

  clear(): void {
    this.#entries = [];
    this.#counts.clear();
  }
}
