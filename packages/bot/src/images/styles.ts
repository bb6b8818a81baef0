import {
  findDrawable,
  mainAvatar,
  orderSeries,
  PACKS,
  type StylePack,
  stylePreview,
  type Avatar,
} from '@aisha/core';
import { type Answers, button } from '../buttons.ts';
import { type Button, rows } from '../chat/button.ts';
import { pageButtons } from '../chat/pages.ts';
import type { Screen } from '../chat/screen.ts';
import type { Turn } from '../chat/turn.ts';
import type { Voice } from '../chat/voice.ts';
import { refusalScreen, statusScreen } from '../orders/screens.ts';
import { imagePrompt } from './dialogue.ts';
import { sendPreview } from './results.ts';

const PACKS_A_PAGE = 10;

const nameOf = (voice: Voice, { sign, name }: StylePack) => `${sign} ${name[voice.language]}`;

function stylesScreen(voice: Voice, at: number): Screen {
  const pages = Math.ceil(PACKS.length / PACKS_A_PAGE);
  const page = Math.min(Math.max(0, Math.trunc(at)), pages - 1);
  const shown = PACKS.slice(page * PACKS_A_PAGE, (page + 1) * PACKS_A_PAGE);
  return {
    text: voice.t('styles.title', { count: PACKS.length }),
    buttons: [
      ...rows(
        shown.map((pack) => button(nameOf(voice, pack), 'style', pack.id)),
        2,
      ),
      pageButtons(voice, page, pages, (text, to) => button(text, 'styles', to)),
      [button(voice.label('button.back'), 'imagine')],
    ],
  };
}

/** A style, and what drawing it costs: the whole series by one press, or the first scene. */
function styleCard(
  voice: Voice,
  pack: StylePack,
  avatar: Avatar | null,
): { text: string; buttons: Button[][] } {
  const draw = (scenes: number, label: string) => {
    const price = voice.price('series', { pack: pack.id, scenes, aspect: '3:4', seed: 0 });
    return button(voice.priced(label, price), 'style.draw', pack.id, avatar?.id ?? 'none', scenes, price);
  };
  return {
    text: [
      `<b>${nameOf(voice, pack)}</b>`,
      avatar ? voice.t('imagine.with', { name: avatar.name }) : voice.t('imagine.without'),
      '',
      voice.t('styles.card', { count: pack.scenes.length }),
    ].join('\n'),
    buttons: [
      [draw(pack.scenes.length, voice.label('styles.series', { count: pack.scenes.length }))],
      [draw(1, voice.label('styles.one'))],
      [button(voice.label('styles.all'), 'styles')],
    ],
  };
}

/** Whom the draft under way would draw, else the main avatar. */
async function drawnAvatar(turn: Turn): Promise<Avatar | null> {
  const draft = imagePrompt.of(turn.state);
  if (!draft) return mainAvatar(turn.unit.tx, turn.user.id);
  const avatar = draft.avatarId ? await findDrawable(turn.unit.tx, turn.user.id, draft.avatarId) : null;
  return avatar?.state === 'ready' ? avatar : null;
}

export const styleAnswers = {
  styles: (turn, at) => turn.show(stylesScreen(turn, at)),
  style: async (turn, pack) => {
    const card = styleCard(turn, pack, await drawnAvatar(turn));
    const preview = await stylePreview(turn.unit.tx, pack.id);
    if (!preview) return turn.show(card);
    turn.owed.push(sendPreview(turn, preview, { caption: card.text, buttons: card.buttons }));
    turn.remove();
  },
  'style.draw': async (turn, pack, chosen, scenes, shown) => {
    const avatar = chosen === 'none' ? null : chosen;
    if (avatar && avatar.state !== 'ready') return turn.toast('button.outdated');
    const placed = await orderSeries(turn.unit, {
      ...turn.place,
      ownerId: turn.user.id,
      avatar,
      pack,
      scenes: Math.min(scenes, pack.scenes.length),
      aspect: '3:4',
      shown,
    });
    if (placed.kind === 'refused') return turn.send(refusalScreen(turn, placed));
    turn.send(statusScreen(turn, placed.order), { bind: { to: 'order', id: placed.order.id } });
  },
} satisfies Partial<Answers>;
