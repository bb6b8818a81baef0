import type { OperatorAction } from '@aisha/db';
import { type Broadcast, type Step, stepBroadcast } from '../broadcasts/broadcasts.ts';
import type { Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

const ACTIONS = {
  start: 'broadcast.start',
  pause: 'broadcast.pause',
  resume: 'broadcast.resume',
  cancel: 'broadcast.cancel',
} as const satisfies Readonly<Record<Step, OperatorAction>>;

/** Starts, pauses, resumes or cancels a broadcast, and writes down who did. Null: it is not where this step leads on from. */
export async function stepBroadcastBy(
  unit: Unit,
  by: Operator,
  id: string,
  step: Step,
): Promise<Broadcast | null> {
  const moved = await stepBroadcast(unit, id, step);
  if (moved) await noteAction(unit, by, { action: ACTIONS[step], about: { broadcastId: id } });
  return moved;
}
