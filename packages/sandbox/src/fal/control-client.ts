import type { CommandName } from './control-routes.ts';
import type { FalControl } from './control.ts';

/** The controls of a stand-in in another process, over its HTTP routes. */
export function createFalControl(url: string): FalControl {
  // The stand-in's answers are our own types put through JSON: the other end of this file is control-routes.ts.
  async function ask<T>(name: CommandName, argument: object = {}): Promise<T> {
    const response = await fetch(`${url.replace(/\/$/u, '')}/sandbox/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(argument),
    });
    const answer: { value: T; error?: string } = JSON.parse(await response.text());
    if (!response.ok) throw new Error(`FAL stand-in, ${name}: ${answer.error ?? response.status}`);
    return answer.value;
  }
  return {
    settings: () => ask('settings'),
    configure: (patch) => ask('configure', patch),
    addFault: (rule) => ask('add-fault', rule),
    removeFault: (id) => ask('remove-fault', { id }),
    clearFaults: () => ask('clear-faults'),
    faults: () => ask('faults'),
    paidJobs: (filter = {}) => ask('paid-jobs', filter),
    jobInput: (requestId) => ask('job-input', { requestId }),
    requests: () => ask('requests'),
    webhooks: (filter = {}) => ask('webhooks', filter),
    cancels: () => ask('cancels'),
    lock: (reason) => ask('lock', { reason }),
    rotateKeys: (options = {}) => ask('rotate-keys', options),
    sign: (body, options) => ask('sign', { body, ...options }),
    sendWebhook: (requestId, faults = []) => ask('send-webhook', { requestId, faults }),
    expire: (requestId) => ask('expire', { requestId }),
    end: (requestId) => ask('end', { requestId }),
    reset: () => ask('reset'),
  };
}
