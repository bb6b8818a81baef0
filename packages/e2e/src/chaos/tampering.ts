import type { System } from './system.ts';

/** A breach made on purpose, and the promise whose audit must notice it. */
export interface Tampering {
  readonly promise: RegExp;
  readonly breach: RegExp;
  /** Makes the breach; what it gives back mends it. */
  readonly make: (system: System) => Promise<() => Promise<unknown>>;
}

export const TAMPERINGS: readonly Tampering[] = [
  {
    promise: /every update is kept/,
    breach: /were handled/,
    make: async ({ sql }) => {
      const [row] = await sql(
        `update telegram_updates set state = 'pending' where update_id = (select max(update_id) from telegram_updates) returning update_id`,
      );
      return () =>
        sql(`update telegram_updates set state = 'done' where update_id = $1`, [row?.['update_id']]);
    },
  },
  {
    promise: /every order has ended/,
    breach: /is running/,
    make: async ({ sql }) => {
      const [row] = await sql(
        `update orders set state = 'running', next_check_at = now() + interval '1 hour'
         where id = (select id from orders where state = 'succeeded' limit 1) returning id`,
      );
      return () => sql(`update orders set state = 'succeeded' where id = $1`, [row?.['id']]);
    },
  },
  {
    promise: /paid FAL job/,
    breach: /nobody's|paid/,
    make: async ({ sql }) => {
      const [row] = await sql(
        `update fal_jobs set submitted_at = null where id = (select j.id from fal_jobs j join orders o on o.id = j.order_id where o.state = 'succeeded' limit 1) returning id`,
      );
      return () => sql(`update fal_jobs set submitted_at = now() where id = $1`, [row?.['id']]);
    },
  },
  {
    promise: /told once/,
    breach: /0 rows|2 rows/,
    make: async ({ sql }) => {
      const [row] = await sql(
        `update notifications set key = 'hidden:' || key where id = (select id from notifications where key like 'order:%' limit 1) returning id`,
      );
      return () => sql(`update notifications set key = substr(key, 8) where id = $1`, [row?.['id']]);
    },
  },
  {
    promise: /everything owed was said/,
    breach: /never sent/,
    make: async ({ sql }) => {
      await sql(
        `insert into chaos_said select 'tampered', jsonb_build_array(jsonb_build_object('method', 'sendMessage', 'payload', jsonb_build_object('chat_id', chat_id, 'text', 'never said'))), 0
         from notifications where state = 'sent' limit 1`,
      );
      return () => sql(`delete from chaos_said where source = 'tampered'`);
    },
  },
  {
    promise: /everything owed was said/,
    breach: /sent 1 times too often/,
    make: async ({ sql }) => {
      // What was sent twice for a reason that nobody knows of.
      const rows = await sql(
        `update telegram_updates set unknown_outcomes = 0 where unknown_outcomes > 0 returning update_id`,
      );
      return () =>
        sql(`update telegram_updates set unknown_outcomes = 1 where update_id = any($1)`, [
          rows.map((row) => row['update_id']),
        ]);
    },
  },
];
