import type { TelegramControl } from './index.ts';

/** A control call was refused. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** Replaces bytes by references to form parts. */
function extract(value: unknown, parts: Uint8Array[]): unknown {
  if (value instanceof Uint8Array) {
    parts.push(value);
    return { $file: `file${parts.length - 1}` };
  }
  if (Array.isArray(value)) return value.map((item) => extract(item, parts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, extract(item, parts)]));
}

/** The control API of a stand-in that runs in another process. */
export function createTelegramControl(url: string): TelegramControl {
  const base = url.replace(/\/$/, '');
  const call = async <Result>(name: string, input: unknown): Promise<Result> => {
    const parts: Uint8Array[] = [];
    const payload = JSON.stringify(extract(input ?? {}, parts));
    let init: RequestInit;
    if (parts.length === 0) {
      init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: payload };
    } else {
      const form = new FormData();
      form.set('payload', payload);
      parts.forEach((bytes, index) =>
        form.set(`file${index}`, new Blob([Buffer.from(bytes)]), `file${index}`),
      );
      init = { method: 'POST', body: form };
    }
    const response = await fetch(`${base}/sandbox/${name}`, init);
    const text = await response.text();
    if (!response.ok) throw new ControlError(`${name}: ${text}`);
    const { result }: { result: Result } = JSON.parse(text);
    return result;
  };
  return {
    createUser: (input) => call('createUser', input),
    createUsers: (input) => call('createUsers', input),
    listUsers: (input) => call('listUsers', input),
    updateUser: (input) => call('updateUser', input),
    block: (input) => call('block', input),
    unblock: (input) => call('unblock', input),
    createGroup: (input) => call('createGroup', input),
    listGroups: (input) => call('listGroups', input),
    setBotStatus: (input) => call('setBotStatus', input),
    addMember: (input) => call('addMember', input),
    removeMember: (input) => call('removeMember', input),
    createTopic: (input) => call('createTopic', input),
    setTopic: (input) => call('setTopic', input),
    forbid: (input) => call('forbid', input),
    sendService: (input) => call('sendService', input),
    upgradeGroup: (input) => call('upgradeGroup', input),
    sendText: (input) => call('sendText', input),
    sendTexts: (input) => call('sendTexts', input),
    sendMedia: (input) => call('sendMedia', input),
    sendAlbum: (input) => call('sendAlbum', input),
    sendLocation: (input) => call('sendLocation', input),
    sendContact: (input) => call('sendContact', input),
    sendWebAppData: (input) => call('sendWebAppData', input),
    editMessage: (input) => call('editMessage', input),
    deleteMessage: (input) => call('deleteMessage', input),
    press: (input) => call('press', input),
    callbackAnswer: (input) => call('callbackAnswer', input),
    pay: (input) => call('pay', input),
    renew: (input) => call('renew', input),
    changeSubscription: (input) => call('changeSubscription', input),
    subscriptions: (input) => call('subscriptions', input),
    decline: (input) => call('decline', input),
    invoice: (input) => call('invoice', input),
    react: (input) => call('react', input),
    stopDraft: (input) => call('stopDraft', input),
    transcript: (input) => call('transcript', input),
    wait: (input) => call('wait', input),
    state: (input) => call('state', input),
    pendingUpdates: (input) => call('pendingUpdates', input),
    journal: (input) => call('journal', input),
    callCounts: (input) => call('callCounts', input),
    clearJournal: (input) => call('clearJournal', input),
    commands: (input) => call('commands', input),
    addFault: (input) => call('addFault', input),
    listFaults: (input) => call('listFaults', input),
    removeFault: (input) => call('removeFault', input),
    clearFaults: (input) => call('clearFaults', input),
    setLatency: (input) => call('setLatency', input),
    setLimits: (input) => call('setLimits', input),
    replayUpdates: (input) => call('replayUpdates', input),
    resetUpdateIds: (input) => call('resetUpdateIds', input),
    terminatePoll: (input) => call('terminatePoll', input),
    async download({ path }) {
      const response = await fetch(`${base}${path}`);
      if (!response.ok) throw new ControlError(`${path}: ${response.status}`);
      return response.bytes();
    },
  };
}
