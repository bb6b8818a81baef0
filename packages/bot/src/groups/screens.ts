import type { GroupRules, User } from '@aisha/core';
import { GROUP_MODES } from '@aisha/db';
import { button } from '../buttons.ts';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../chat/voice.ts';
import { menuButton } from '../menu/screens.ts';

/** What holds in a group, and what its administrators may change of it. `payer`: who pays for all; null: each for theirs. */
export function groupScreen(
  voice: Voice,
  payer: Pick<User, 'firstName'> | null,
  { mode, documents }: Pick<GroupRules, 'mode' | 'documents'>,
): Screen {
  const { charged } = voice.settings.prices;
  const paying = payer
    ? voice.t('group.payer', { name: payer.firstName })
    : voice.t('group.each_pays', { button: voice.label('group.pay') });
  return {
    text: [
      voice.t('group.title'),
      voice.t(`group.mode.${mode}`),
      voice.t(documents ? 'group.documents.yes' : 'group.documents.no'),
      charged ? paying : voice.t('group.free'),
      voice.t('group.who'),
    ].join('\n\n'),
    buttons: [
      ...GROUP_MODES.filter((one) => one !== mode).map((one) => [
        button(voice.label(`group.mode.${one}.choose`), 'group.mode', one),
      ]),
      [
        documents
          ? button(voice.label('group.documents.forbid'), 'group.documents', 'no')
          : button(voice.label('group.documents.allow'), 'group.documents', 'yes'),
      ],
      ...(charged
        ? [
            [button(voice.label('group.pay'), 'group.pay')],
            payer ? [button(voice.label('group.each'), 'group.each')] : [],
          ]
        : []),
      [button(voice.label('digest.button'), 'digest')],
      [button(voice.label('group.erase'), 'group.erase')],
    ],
  };
}

/** What goes with everything that is the group's; asked once more. */
export const eraseGroupScreen = (voice: Voice): Screen => ({
  text: voice.t('group.erase.sure'),
  buttons: [[button(voice.label('group.erase.yes'), 'group.erase.yes')]],
});

export const payerGoneScreen = (voice: Voice, title: string): Screen => ({
  text: voice.t('group.payer_gone', { title }),
  buttons: [[button(voice.label('menu.balance'), 'balance'), menuButton(voice)]],
});
