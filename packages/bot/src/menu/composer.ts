import { chooseLanguage } from '@aisha/core';
import { Composer } from 'telegraf';
import type { Answers } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { withoutPhotos } from '../chat/memory.ts';
import { onCommand } from '../chat/route.ts';
import type { Turn } from '../chat/turn.ts';
import { helpScreen, languageScreen, leavingScreen, menuScreen, noteScreen } from './screens.ts';

/** `greet`: what is said to somebody who came by a link, before everything else. */
export function menuComposer(greet: (turn: Turn, payload: string) => Promise<string>) {
  const composer = new Composer();
  onCommand(composer, 'start', async (turn, payload) => {
    turn.state = IDLE;
    const hello = turn.t('menu.hello', { name: turn.user.firstName });
    if (turn.user.leavingAt) turn.send(leavingScreen(turn, turn.user.leavingAt));
    else turn.send(menuScreen(turn, `${hello}\n\n${await greet(turn, payload)}`));
  });
  onCommand(composer, 'menu', (turn) => {
    turn.state = IDLE;
    turn.send(mainScreen(turn));
  });
  onCommand(composer, 'language', (turn) => turn.send(languageScreen(turn)));
  onCommand(composer, 'help', (turn) => turn.send(helpScreen(turn)));
  onCommand(composer, 'cancel', (turn) => {
    const nothing = turn.state.name === IDLE.name && turn.memory.photos.length === 0;
    dropAll(turn);
    turn.send(noteScreen(turn, turn.t(nothing ? 'cancel.nothing' : 'cancel.done')));
  });
  return composer;
}

const toMenu: Answers['menu'] = (turn) => {
  turn.state = IDLE;
  turn.show(mainScreen(turn));
};

/** Who is leaving is asked first whether that is what they want. */
const mainScreen = (turn: Turn) =>
  turn.user.leavingAt ? leavingScreen(turn, turn.user.leavingAt) : menuScreen(turn);

function dropAll(turn: Turn): void {
  turn.state = IDLE;
  turn.memory = withoutPhotos(turn.memory);
}

export const menuAnswers = {
  menu: toMenu,
  cancel: (turn) => {
    dropAll(turn);
    return toMenu(turn);
  },
  language: (turn) => turn.show(languageScreen(turn)),
  'language.set': async (turn, language) => {
    await chooseLanguage(turn.unit, turn.user.id, language);
    turn.language = language;
    turn.toast('language.chosen');
    turn.show(menuScreen(turn));
  },
  help: (turn) => turn.show(helpScreen(turn)),
} satisfies Partial<Answers>;
