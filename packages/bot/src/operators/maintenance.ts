import { beginMaintenanceBy, endMaintenanceBy, heldByMaintenance, maintenanceNow, toldOf } from '@aisha/core';
import { Composer, type Context } from 'telegraf';
import { type Answers, button } from '../buttons.ts';
import { IDLE } from '../chat/dialogue.ts';
import { turnOf } from '../chat/turn-context.ts';
import type { Turn } from '../chat/turn.ts';
import { maintenanceScreen } from '../orders/screens.ts';
import { agreeingMaintenance, describingMaintenance } from './dialogue.ts';
import { onOperatorText } from './route.ts';
import { boardButton } from './screens.ts';
import { operatorWord } from './words.ts';

/** What begins something new, beside the orders themselves (`placeOrder`): nobody is led through it for nothing. */
const BEGINNINGS: ReadonlySet<string> = new Set(['avatar.new', 'imagine', 'transcribe']);
const COMMANDS = ['new_avatar', 'imagine'];

/** Whether this press has to wait for the end of maintenance; then it is answered. */
export async function pressHeld(turn: Turn, data: string): Promise<boolean> {
  return BEGINNINGS.has(data.split(':')[0] ?? '') && (await held(turn));
}

async function held(turn: Turn): Promise<boolean> {
  const now = await heldByMaintenance(turn.unit, { ownerId: turn.user.id, chatId: turn.chatId });
  if (now) turn.send(maintenanceScreen(turn, now.note));
  return now !== null;
}

/** The same for commands; before the subjects that they belong to. */
export function maintenanceComposer(): Composer<Context> {
  const composer = new Composer();
  composer.command(COMMANDS, async (ctx, next) => {
    const turn = turnOf(ctx);
    if (turn.isPrivate && (await held(turn))) return;
    return next();
  });
  return composer;
}

async function show(turn: Turn): Promise<void> {
  turn.state = IDLE;
  const now = await maintenanceNow(turn.unit.tx);
  if (!now)
    return turn.show({
      text: `${turn.t('admin.maintenance.off')}\n\n${maintenanceScreen(turn, null).text}`,
      buttons: [
        [button(turn.label('admin.maintenance.begin'), 'admin.maintenance.begin')],
        [button(turn.label('admin.maintenance.note'), 'admin.maintenance.note')],
        [boardButton(turn)],
      ],
    });
  const about = {
    since: turn.date(now.startedAt),
    by: operatorWord(turn, now.startedBy),
    told: await toldOf(turn.unit.tx, now.id),
  };
  turn.show({
    text: `${turn.t('admin.maintenance.on', about)}\n\n${maintenanceScreen(turn, now.note).text}`,
    buttons: [[button(turn.label('admin.maintenance.end'), 'admin.maintenance.end')], [boardButton(turn)]],
  });
}

const LONGEST_NOTE = 1_000;

export function answerMaintenance(composer: Composer<Context>): void {
  onOperatorText(composer, describingMaintenance, (turn, text) => {
    const note = text.slice(0, LONGEST_NOTE);
    turn.state = agreeingMaintenance.at({ note });
    turn.send({
      text: `${turn.t('admin.maintenance.preview')}\n\n${maintenanceScreen(turn, note).text}`,
      buttons: [
        [button(turn.label('admin.maintenance.begin'), 'admin.maintenance.begin')],
        [button(turn.label('button.cancel'), 'admin.maintenance')],
      ],
    });
  });
}

export const maintenanceAnswers = {
  'admin.maintenance': show,
  'admin.maintenance.note': (turn) => {
    turn.state = describingMaintenance.at({});
    turn.show({
      text: turn.t('admin.maintenance.ask'),
      buttons: [[button(turn.label('button.cancel'), 'admin.maintenance')]],
    });
  },
  'admin.maintenance.begin': async (turn) => {
    const note = agreeingMaintenance.of(turn.state)?.note ?? null;
    const begun = await beginMaintenanceBy(turn.unit, turn.user.id, note);
    if (!begun) turn.toast('admin.maintenance.already');
    await show(turn);
  },
  'admin.maintenance.end': async (turn) => {
    const over = await endMaintenanceBy(turn.unit, turn.user.id);
    if (over) turn.toast('admin.maintenance.ended', { told: over.told });
    await show(turn);
  },
} satisfies Partial<Answers>;
