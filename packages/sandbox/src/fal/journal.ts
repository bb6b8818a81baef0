import type { FalOperation } from './faults.ts';

export interface JournalRequest {
  at: string;
  method: string;
  /** FAL's host that was meant, if the address said so. */
  host: string | null;
  path: string;
  query: string;
  /** 0 when the connection was cut instead of answered. */
  status: number;
  operation?: FalOperation;
  model?: string;
  requestId?: string;
  fault?: string;
}

export interface WebhookAttempt {
  at: string;
  requestId: string;
  /** The `job` query parameter of the webhook address. */
  job: string | null;
  url: string;
  attempt: number;
  timestamp: number;
  /** null when no answer came. */
  status: number | null;
  outcome: 'acknowledged' | 'refused for good' | 'to be retried' | 'given up' | 'lost on purpose';
  error?: string;
  faults: string[];
  milliseconds: number;
}

export interface CancelRecord {
  at: string;
  requestId: string;
  answer: 'CANCELLATION_REQUESTED' | 'ALREADY_COMPLETED' | 'NOT_FOUND';
  /** What the job was doing. */
  was: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | null;
}

/** Chaos runs poll for hours: the oldest lines go. */
const LONGEST = 50_000;

export interface Journal {
  requests: JournalRequest[];
  webhooks: WebhookAttempt[];
  cancels: CancelRecord[];
  note<K extends 'requests' | 'webhooks' | 'cancels'>(list: K, line: Journal[K][number]): void;
  clear(): void;
}

export function createJournal(): Journal {
  const journal: Journal = {
    requests: [],
    webhooks: [],
    cancels: [],
    note(list, line) {
      const lines: unknown[] = journal[list];
      lines.push(line);
      if (lines.length > LONGEST) lines.splice(0, LONGEST / 10);
    },
    clear() {
      journal.requests = [];
      journal.webhooks = [];
      journal.cancels = [];
    },
  };
  return journal;
}
