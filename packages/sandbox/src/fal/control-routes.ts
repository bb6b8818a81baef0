import { z } from 'zod';
import type { FalControl } from './control.ts';
import { faultRuleSchema } from './faults.ts';
import { parseJson, readBody, type Call, type Reply } from './http.ts';

const filterSchema = z.object({
  model: z.string().exactOptional(),
  job: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
});
const oneJob = z.object({ requestId: z.string() });
const anything = z.object({});

/** A control as it goes over the wire: the schema of its one argument, and the call. */
const command = <S extends z.ZodType>(
  schema: S,
  work: (control: FalControl, input: z.output<S>) => Promise<unknown>,
) => ({ run: (control: FalControl, body: unknown) => work(control, schema.parse(body)) });

/** `POST /sandbox/<name>` with the argument as JSON; the same may be read with GET where nothing is needed. */
export const COMMANDS = {
  settings: command(anything, (control) => control.settings()),
  configure: command(z.record(z.string(), z.unknown()), (control, patch) => control.configure(patch)),
  'add-fault': command(faultRuleSchema, (control, rule) => control.addFault(rule)),
  'remove-fault': command(z.object({ id: z.string() }), (control, { id }) => control.removeFault(id)),
  'clear-faults': command(anything, (control) => control.clearFaults()),
  faults: command(anything, (control) => control.faults()),
  'paid-jobs': command(filterSchema, (control, filter) => control.paidJobs(filter)),
  'job-input': command(oneJob, (control, { requestId }) => control.jobInput(requestId)),
  requests: command(anything, (control) => control.requests()),
  webhooks: command(z.object({ requestId: z.string().exactOptional() }), (control, filter) =>
    control.webhooks(filter),
  ),
  cancels: command(anything, (control) => control.cancels()),
  lock: command(z.object({ reason: z.string().nullable() }), (control, { reason }) => control.lock(reason)),
  'rotate-keys': command(z.object({ keepOld: z.boolean().exactOptional() }), (control, how) =>
    control.rotateKeys(how),
  ),
  sign: command(
    z.object({ body: z.string(), requestId: z.string(), timestamp: z.number().exactOptional() }),
    (control, { body, ...options }) => control.sign(body, options),
  ),
  'send-webhook': command(
    oneJob.extend({
      faults: z.array(z.object({ kind: z.string(), seconds: z.number().exactOptional() })).default([]),
    }),
    (control, { requestId, faults }) => control.sendWebhook(requestId, faults),
  ),
  expire: command(oneJob, (control, { requestId }) => control.expire(requestId)),
  end: command(oneJob, (control, { requestId }) => control.end(requestId)),
  reset: command(anything, (control) => control.reset()),
} as const;

export type CommandName = keyof typeof COMMANDS;

export async function answerControl(call: Call, control: FalControl): Promise<Reply> {
  const name = call.path.slice('/sandbox/'.length);
  if (name === 'health') return { status: 200, body: { ok: true } };
  if (!isCommand(name)) return { status: 404, body: { error: `no control ${name}` } };
  const text = (await readBody(call.request))?.toString('utf8') ?? '';
  const body = text === '' ? Object.fromEntries(call.query) : parseJson(text);
  const value = await COMMANDS[name].run(control, body);
  return { status: 200, body: { value: value ?? null } };
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
