import { z } from 'zod';

/** What goes wrong, on demand. */
export const faultAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delay'), ms: z.number().int().min(0) }),
  /** Nothing is done and nothing is answered. */
  z.object({ kind: z.literal('hang') }),
  /** The call is carried out and never answered. */
  z.object({ kind: z.literal('drop_response') }),
  z.object({ kind: z.literal('reset_before') }),
  z.object({ kind: z.literal('reset_after') }),
  /** An HTML page, as the edge servers send. */
  z.object({ kind: z.literal('bad_gateway') }),
  z.object({ kind: z.literal('server_error') }),
  z.object({ kind: z.literal('too_many_requests'), retryAfter: z.number().int().min(1) }),
  z.object({ kind: z.literal('unauthorized') }),
  z.object({ kind: z.literal('conflict') }),
  z.object({ kind: z.literal('error'), code: z.number().int(), description: z.string() }),
]);

export type FaultAction = z.infer<typeof faultAction>;

export const faultRule = z.object({
  /** Any method when absent; upper and lower case are the same; `file` is the download of a file. */
  method: z.string().optional(),
  /** Only calls about this chat. */
  chatId: z.number().optional(),
  /** Lets this many matching calls pass first. */
  skip: z.number().int().min(0).default(0),
  /** Strikes this often; for ever when absent. */
  times: z.number().int().min(1).optional(),
  /** Strikes with this probability. */
  probability: z.number().min(0).max(1).default(1),
  action: faultAction,
});

export type FaultRule = z.input<typeof faultRule>;

export interface ActiveFault extends z.output<typeof faultRule> {
  id: number;
  /** Matching calls so far. */
  seen: number;
  struck: number;
}

export interface Faults {
  add(rule: z.output<typeof faultRule>): ActiveFault;
  list(): ActiveFault[];
  remove(id: number): boolean;
  clear(): void;
  /** What befalls this call, if anything. */
  strike(method: string, chatId: number | null): FaultAction | null;
}

export function createFaults(): Faults {
  let active: ActiveFault[] = [];
  let lastId = 0;
  return {
    add(rule) {
      lastId += 1;
      const fault: ActiveFault = { ...rule, id: lastId, seen: 0, struck: 0 };
      active.push(fault);
      return fault;
    },
    list: () => active,
    remove(id) {
      const before = active.length;
      active = active.filter((fault) => fault.id !== id);
      return active.length < before;
    },
    clear() {
      active = [];
    },
    strike(method, chatId) {
      for (const fault of active) {
        if (fault.method !== undefined && fault.method.toLowerCase() !== method.toLowerCase()) continue;
        if (fault.chatId !== undefined && fault.chatId !== chatId) continue;
        if (fault.times !== undefined && fault.struck >= fault.times) continue;
        fault.seen += 1;
        if (fault.seen <= fault.skip || Math.random() >= fault.probability) continue;
        fault.struck += 1;
        return fault.action;
      }
      return null;
    },
  };
}
