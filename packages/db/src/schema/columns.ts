import { storable, storableJson } from '@aisha/service';
import { customType } from 'drizzle-orm/pg-core';

/** Everything that is kept as text or JSON comes in here: what PostgreSQL would refuse is mended, whoever said it. */
export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: storable,
});

export const jsonb = customType<{ data: unknown; driverData: string }>({
  dataType: () => 'jsonb',
  toDriver: storableJson,
});
