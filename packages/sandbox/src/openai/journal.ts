import type { FaultKind, RouteName } from './faults.ts';

/** One request as it came and how it was answered. */
export interface JournalEntry {
  id: string;
  /** ISO time. */
  at: string;
  route: RouteName;
  method: string;
  path: string;
  /** `x-stainless-retry-count`: which repeat of the client this is, 0 for the first attempt; null without it. */
  retryCount: number | null;
  userAgent: string | null;
  /** True for `transfer-encoding: chunked` (a stream, which the client never repeats). */
  chunked: boolean;
  contentLength: number | null;
  bytesRead: number;
  model: string | null;
  /** The JSON body (data URLs shortened), or the fields of a form. */
  body: unknown;
  file: { name: string; contentType: string; bytes: number; sha256: string; seconds: number | null } | null;
  /** Null while it is not answered (or never was). */
  status: number | null;
  errorCode: string | null;
  fault: FaultKind | null;
  ms: number | null;
  /** The caller went away before the answer. */
  aborted: boolean;
}

const KEPT = 2000;

export interface Journal {
  add(entry: JournalEntry): void;
  list(filter?: { route?: RouteName | undefined; model?: string | undefined }): JournalEntry[];
  clear(): void;
}

export function createJournal(): Journal {
  let entries: JournalEntry[] = [];
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length > KEPT) entries = entries.slice(-KEPT / 2);
    },
    list: (filter = {}) =>
      entries.filter(
        (entry) =>
          (filter.route === undefined || entry.route === filter.route) &&
          (filter.model === undefined || entry.model === filter.model),
      ),
    clear() {
      entries = [];
    },
  };
}

/** Pictures as data URLs would fill the journal; their beginning says what they were. */
export function shortened(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.startsWith('data:') && value.length > 100
      ? `${value.slice(0, 60)}… (${value.length})`
      : value;
  }
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
  }
  return value;
}
