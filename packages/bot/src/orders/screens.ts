import type { Progress } from '@aisha/db';
import { asOrderKind, type Order, orderKinds } from '@aisha/core';
import type { Screen } from '../chat/screen.ts';
import type { Voice } from '../avatars/screens.ts';

const BAR_LENGTH = 10;

function bar(done: number, total: number): string {
  const filled = Math.round((Math.min(done, total) / total) * BAR_LENGTH);
  return `${'▓'.repeat(filled)}${'░'.repeat(BAR_LENGTH - filled)} ${Math.floor((done / total) * 100)}%`;
}

/** The status message of an order, from the first word to the last. */
export function statusScreen(
  voice: Voice,
  order: Pick<Order, 'id' | 'kind' | 'state' | 'progress' | 'failure'>,
): Screen {
  const title = `<b>${voice.t(`order.${asOrderKind(order.kind)}`)}</b>`;
  switch (order.state) {
    case 'succeeded':
      return { text: `${title}\n${voice.t('order.succeeded')}` };
    case 'cancelled':
      return { text: `${title}\n${voice.t('order.cancelled')}` };
    case 'failed':
      return { text: `${title}\n${voice.t('order.failed')}` };
    case 'queued':
    case 'running':
      return {
        text: [title, ...progressLines(voice, order), voice.settings.testMode ? voice.t('test.banner') : '']
          .filter(Boolean)
          .join('\n'),
        buttons: [[{ text: voice.label('button.cancel'), data: `order.cancel:${order.id}` }]],
      };
    default:
      return order.state satisfies never;
  }
}

function progressLines(voice: Voice, { kind, progress }: Pick<Order, 'kind' | 'progress'>): string[] {
  const { stage, done, total, position }: Progress = progress ?? { stage: 'queued' };
  const name = voice.t(`stage.${stage}`);
  if (position !== undefined) return [`${name}, ${voice.t('stage.position', { position })}`];
  if (done === undefined || total === undefined) return [name];
  const unit = orderKinds[asOrderKind(kind)].progressUnit;
  const amount = unit === 'none' ? '' : voice.t(`stage.${unit}`, { done, total });
  return [`${name}${amount ? `: ${amount}` : ''}`, bar(done, total)];
}

export function failureText(voice: Voice, failure: Order['failure']): string {
  return `${voice.t(`failure.${failure ?? 'internal'}`)}\n${voice.t('charged.nothing')}`;
}
