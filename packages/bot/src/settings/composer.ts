import { chooseSetting, moveReminders, settingsIn, settingsOf } from '@aisha/core';
import { Composer } from 'telegraf';
import { message } from 'telegraf/filters';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { onCommand } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { turnOf } from '../chat/turn-context.ts';
import { CHOICES } from './choices.ts';
import { askingZone } from './dialogue.ts';
import { settingScreen, settingsScreen, timeZoneScreen } from './screens.ts';
import { zoneTold } from './told-time.ts';
import { guessedZone, ZONES } from './zones.ts';

/** Longer than any city: it is something else that is said. */
const LONGEST_CITY = 40;

export function settingsComposer() {
  const composer = new Composer();
  onCommand(composer, 'settings', async (turn) => {
    turn.send(await firstScreen(turn));
  });
  composer.on(message('text'), async (ctx, next) => {
    const turn = turnOf(ctx);
    if (!turn.isPrivate || !askingZone.of(turn.state) || ctx.message.text.startsWith('/')) return next();
    // Once: whoever does not care to say is not asked again.
    turn.state = IDLE;
    if (ctx.message.text.length > LONGEST_CITY || ctx.message.text.includes('\n')) return next();
    const zone = await zoneTold(ctx.message.text);
    if (zone === null) return turn.send(settingScreen(turn, settingsIn(turn.user), 'timeZone', 'unclear'));
    await keepZone(turn, zone);
    turn.send(settingsScreen(turn, await settingsOf(turn.unit.tx, turn.user.id)));
  });
  return composer;
}

async function keepZone(turn: Turn, zone: string): Promise<void> {
  await chooseSetting(turn.unit, turn.user.id, 'timeZone', zone);
  await moveReminders(turn.unit, turn.user.id);
}

/** Who was never asked what time it is where they are is asked that first, once; as long as they do not say, the guess holds. */
async function firstScreen(turn: Turn) {
  const settings = settingsIn(turn.user);
  const wasAsked = turn.user.settings !== null && 'timeZone' in turn.user.settings;
  if (wasAsked) return settingsScreen(turn, settings);
  const guess = guessedZone(turn.languageCode);
  await keepZone(turn, ZONES[guess]);
  if (turn.isPrivate) turn.state = askingZone.at({});
  return timeZoneScreen(turn, guess);
}

export const settingAnswers = {
  settings: async (turn) => turn.show(await firstScreen(turn)),
  setting: (turn, name) => {
    if (name === 'timeZone' && turn.isPrivate) turn.state = askingZone.at({});
    turn.show(settingScreen(turn, settingsIn(turn.user), name));
  },
  'setting.set': async (turn, name, token) => {
    const choice = CHOICES[name].find((one) => one.token === token);
    if (!choice) return turn.toast('button.outdated');
    await choice.choose(turn.unit, turn.user.id);
    if (name === 'timeZone') {
      await moveReminders(turn.unit, turn.user.id);
      if (askingZone.of(turn.state)) turn.state = IDLE;
    }
    turn.toast('settings.saved');
    turn.show(settingsScreen(turn, await settingsOf(turn.unit.tx, turn.user.id)));
  },
} satisfies Partial<Answers>;
