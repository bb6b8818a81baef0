import { addTerms, removeTerms, termsIn, termsOf } from '@aisha/core';
import { Composer } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { escapeHtml } from '@aisha/providers';
import { onText } from '../chat/route.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import { cancelButton } from '../menu/screens.ts';
import { termsTyped } from './dialogue.ts';

/** The names and terms that recognisers are told to expect: a list to look at, add to and take from. */
export function termsComposer() {
  const composer = new Composer();
  onText(composer, termsTyped, async (turn, typed) => {
    const { unit, user } = turn;
    const all = termsIn(typed);
    // `-word` takes it away.
    await removeTerms(
      unit.tx,
      user.id,
      all.flatMap((term) => (term.startsWith('-') ? [term.slice(1).trim()] : [])),
    );
    await addTerms(
      unit.tx,
      user.id,
      all.filter((term) => !term.startsWith('-')),
    );
    turn.send(await termsScreen(turn));
  });
  return composer;
}

export const termAnswers = {
  vocabulary: async (turn) => {
    turn.state = termsTyped.at({});
    turn.show(await termsScreen(turn));
  },
  'vocabulary.clear': async (turn) => {
    const { unit, user } = turn;
    await removeTerms(unit.tx, user.id, await termsOf(unit.tx, user.id));
    turn.state = termsTyped.at({});
    turn.show(await termsScreen(turn));
  },
} satisfies Partial<Answers>;

async function termsScreen(turn: Turn): Promise<Screen> {
  const terms = await termsOf(turn.unit.tx, turn.user.id);
  const list = terms.length === 0 ? turn.t('vocabulary.none') : escapeHtml(terms.join(', '));
  return {
    text: `${turn.t('vocabulary.how')}\n\n${list}`,
    buttons: [
      ...(terms.length === 0 ? [] : [[button(turn.label('vocabulary.clear'), 'vocabulary.clear')]]),
      [cancelButton(turn)],
    ],
  };
}
