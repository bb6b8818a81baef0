import { chooseLanguage } from '@aisha/core';
import { LANGUAGES } from '@aisha/db';
import { Composer } from 'telegraf';
import { IDLE } from '../chat/dialogue.ts';
import { languageScreen, menuScreen, noteScreen } from './screens.ts';
import { onCommand, onPress } from '../chat/route.ts';

export function menuComposer() {
  const composer = new Composer();
  onCommand(composer, 'start', (turn) => {
    turn.state = IDLE;
    turn.send(menuScreen(turn, `${turn.t('menu.hello', { name: turn.user.firstName })}\n\n`));
  });
  onCommand(composer, 'menu', (turn) => {
    turn.state = IDLE;
    turn.send(menuScreen(turn));
  });
  onPress(composer, 'menu', (turn) => {
    turn.state = IDLE;
    turn.show(menuScreen(turn));
  });

  onCommand(composer, 'language', (turn) => turn.send(languageScreen(turn)));
  onPress(composer, 'language', (turn) => turn.show(languageScreen(turn)));
  onPress(composer, 'language.set', async (turn, chosen) => {
    const language = LANGUAGES.find((one) => one === chosen);
    if (!language) return turn.toast('button.outdated');
    await chooseLanguage(turn.unit, turn.user.id, language);
    turn.language = language;
    turn.toast('language.chosen');
    turn.show(menuScreen(turn));
  });

  onCommand(composer, 'help', (turn) => turn.send(noteScreen(turn, turn.t('help.text'))));
  onPress(composer, 'help', (turn) => turn.show(noteScreen(turn, turn.t('help.text'))));
  onCommand(composer, 'privacy', (turn) => turn.send(noteScreen(turn, turn.t('privacy.text'))));

  onCommand(composer, 'cancel', (turn) => {
    const nothing = turn.state.name === 'idle';
    turn.state = IDLE;
    turn.send(noteScreen(turn, turn.t(nothing ? 'cancel.nothing' : 'cancel.done')));
  });
  onPress(composer, 'cancel', (turn) => {
    turn.state = IDLE;
    turn.show(menuScreen(turn));
  });
  return composer;
}
