import { disclosed } from '@aisha/core';
import type { Unit } from '@aisha/core';
import type { Voice } from '../chat/voice.ts';

/** What is where, for how long and who sees it, as the workers are configured now. */
export async function privacyText(tx: Pick<Unit['tx'], 'select'>, voice: Voice): Promise<string> {
  const known = await disclosed(tx);
  const receivers = known.receivers.map(({ name, gets, looks }) =>
    voice.t('privacy.receiver', {
      name,
      what: [
        ...gets.map((one) => voice.label(`privacy.gets.${one}`)),
        ...(looks ? [voice.plain('privacy.looks')] : []),
      ].join(', '),
    }),
  );
  return [
    voice.t('privacy.title'),
    voice.t('privacy.kept'),
    receivers.length > 0
      ? [voice.t('privacy.receivers'), ...receivers.map((line) => `• ${line}`)].join('\n')
      : voice.t('privacy.nobody'),
    ...(known.region === null ? [] : [voice.t('privacy.region', { region: known.region })]),
    voice.t('privacy.backups', { count: known.backupDays }),
    voice.t('privacy.rights'),
  ].join('\n\n');
}
