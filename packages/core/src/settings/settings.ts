import { type Tx, users } from '@aisha/db';
import { storableJson } from '@aisha/service';
import { eq, sql } from 'drizzle-orm';
import type { Unit } from '../unit.ts';
import { findUser, type User } from '../users/users.ts';
import { SETTINGS, type SettingName, type Settings } from './catalogue.ts';

/** The settings of somebody whose row is at hand. */
export const settingsIn = ({
  settings,
  documentLanguage,
  maskPersonal,
}: Pick<User, 'settings' | 'documentLanguage' | 'maskPersonal'>): Settings =>
  // The two columns are what a release before this one kept.
  SETTINGS.parse({ documentLanguage, masking: maskPersonal, ...settings });

/** The settings of anybody; of who is not known those that hold as long as nobody chose. */
export async function settingsOf(tx: Pick<Tx, 'select'>, userId: number): Promise<Settings> {
  const user = await findUser(tx, userId);
  return user ? settingsIn(user) : SETTINGS.parse({});
}

export async function chooseSetting<Name extends SettingName>(
  { tx }: Pick<Unit, 'tx'>,
  userId: number,
  name: Name,
  value: Settings[Name],
): Promise<void> {
  await tx
    .update(users)
    .set({
      settings: sql`coalesce(${users.settings}, '{}'::jsonb) || ${storableJson({ [name]: value })}::jsonb`,
    })
    .where(eq(users.id, userId));
}
