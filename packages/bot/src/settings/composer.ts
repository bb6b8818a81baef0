import { moveReminders, settingsIn, settingsOf } from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { onCommand } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { CHOICES } from './choices.ts';
import { settingScreen, settingsScreen, timeZoneScreen } from './screens.ts';

export function settingsComposer() {
  const composer = new Composer();
  onCommand(composer, 'settings', (turn) => {
    turn.send(firstScreen(turn));
  });
  return composer;
}

/** Who has never said what time it is where they are is asked that first, once. */
function firstScreen(turn: Turn) {
  const settings = settingsIn(turn.user);
  const asked = turn.user.settings !== null && 'timeZone' in turn.user.settings;
  return asked ? settingsScreen(turn, settings) : timeZoneScreen(turn);
}

export const settingAnswers = {
  settings: (turn) => turn.show(firstScreen(turn)),
  setting: (turn, name) => turn.show(settingScreen(turn, settingsIn(turn.user), name)),
  'setting.set': async (turn, name, token) => {
    const choice = CHOICES[name].find((one) => one.token === token);
    if (!choice) return turn.toast('button.outdated');
    await choice.choose(turn.unit, turn.user.id);
    if (name === 'timeZone') await moveReminders(turn.unit, turn.user.id);
    turn.toast('settings.saved');
    turn.show(settingsScreen(turn, await settingsOf(turn.unit.tx, turn.user.id)));
  },
} satisfies Partial<Answers>;
