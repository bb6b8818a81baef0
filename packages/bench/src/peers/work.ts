import pg from 'pg';

/** The database work that an update costs Aisha, done by the peers in the same database. */
export function databaseWork(
  url: string,
): (update: { updateId: number; userId: number; chatId: number; name: string }) => Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  return async ({ updateId, userId, chatId, name }) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `insert into telegram_updates (bot_id, update_id, lane, kind, payload) values (1, $1, $2, 'message', '{}') on conflict do nothing`,
        [updateId, `chat${chatId}`],
      );
      await client.query(
        `insert into users (id, first_name) values ($1, $2) on conflict (id) do update set first_name = excluded.first_name, seen_at = now()`,
        [userId, name],
      );
      await client.query(`insert into chats (id, type) values ($1, 'private') on conflict do nothing`, [
        chatId,
      ]);
      await client.query('select state from conversations where chat_id = $1 and user_id = $2', [
        chatId,
        userId,
      ]);
      await client.query(
        `update telegram_updates set state = 'done', done_at = now() where bot_id = 1 and update_id = $1`,
        [updateId],
      );
      await client.query('commit');
    } finally {
      client.release();
    }
  };
}
