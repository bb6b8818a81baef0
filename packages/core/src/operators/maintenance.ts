import { beginMaintenance, endMaintenance, type Maintenance } from '../maintenance/maintenance.ts';
import type { Unit } from '../unit.ts';
import { noteAction, type Operator } from './audit.ts';

/** Lets nothing new begin, and writes down who did. Null: it is on already. */
export async function beginMaintenanceBy(
  unit: Pick<Unit, 'tx'>,
  by: Operator,
  note: string | null,
): Promise<Maintenance | null> {
  const begun = await beginMaintenance(unit, String(by), note);
  if (begun) await noteAction(unit, by, { action: 'maintenance.begin', reason: note ?? undefined });
  return begun;
}

/** Ends it; how many are told so. Null: nothing is on. */
export async function endMaintenanceBy(
  unit: Pick<Unit, 'tx'>,
  by: Operator,
): Promise<{ readonly told: number } | null> {
  const over = await endMaintenance(unit);
  if (!over) return null;
  await noteAction(unit, by, { action: 'maintenance.end', about: { told: over.told } });
  return { told: over.told };
}
