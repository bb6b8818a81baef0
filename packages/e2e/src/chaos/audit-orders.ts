import type { AuditSubject, Finding } from './finding.ts';
import { textOf } from './system.ts';

export async function auditOrders(subject: AuditSubject): Promise<Finding[]> {
  return [
    await orderedOnce(subject),
    await allEnded(subject),
    await onePaidJob(subject),
    await noneBroken(subject),
    await nothingOverdue(subject),
  ];
}

/** Each thing that somebody ordered is one order, whatever was delivered or handled twice. */
async function orderedOnce({ system, ledger }: AuditSubject): Promise<Finding> {
  const breaches: string[] = [];
  const expectOne = async (what: string, query: string, values: unknown[]) => {
    const found = await system.count(query, values);
    if (found !== 1) breaches.push(`${what} made ${found} orders`);
  };
  for (const { chatId, messageId } of ledger.recordings)
    await expectOne(
      `recording ${chatId}/${messageId}`,
      `select count(*) from recordings r join orders o on o.subject_id = r.id and o.kind = 'transcription' where r.chat_id = $1 and r.message_id = $2`,
      [chatId, messageId],
    );
  for (const { chatId, prompt } of ledger.pictures)
    await expectOne(
      `picture "${prompt}"`,
      `select count(*) from orders where kind = 'image' and chat_id = $1 and input->>'prompt' = $2`,
      [chatId, prompt],
    );
  for (const { chatId, data } of ledger.documents) {
    const [, recordingId = '', kind = ''] = data.split(':');
    await expectOne(
      `${kind} of recording ${recordingId}`,
      `select count(*) from orders o join documents d on d.id = o.subject_id where o.kind = 'document' and o.chat_id = $1 and d.recording_id = $2 and d.kind = $3`,
      [chatId, recordingId, kind],
    );
  }
  for (const { avatarId } of ledger.trainings)
    await expectOne(
      `training of ${avatarId}`,
      `select count(*) from orders where kind = 'training' and subject_id = $1`,
      [avatarId],
    );
  const looked =
    ledger.recordings.length + ledger.pictures.length + ledger.documents.length + ledger.trainings.length;
  return { promise: 'what was ordered once is one order', looked, breaches };
}

async function allEnded({ system }: AuditSubject): Promise<Finding> {
  const rows = await system.sql(
    `select state, failure, count(*)::int as n from orders group by state, failure order by state, failure`,
  );
  const open = await system.sql(
    `select id, kind, state from orders where state not in ('succeeded', 'failed', 'cancelled') or ended_at is null`,
  );
  return {
    promise: 'every order has ended, in one final state',
    looked: rows.reduce((sum, row) => sum + Number(row['n']), 0),
    breaches: open.map((row) => `${String(row['kind'])} ${String(row['id'])} is ${String(row['state'])}`),
    note: rows
      .map(
        (row) =>
          `${String(row['n'])} ${String(row['state'])}${row['failure'] === null ? '' : ` (${textOf(row['failure'])})`}`,
      )
      .join(', '),
  };
}

/** FAL's own books: what it took for one of our jobs, it bills. */
async function onePaidJob({ system }: AuditSubject): Promise<Finding> {
  const paid = await system.fal.paidJobs();
  const ours = await system.sql(
    `select j.id, j.state, j.submitted_at, j.request_id, o.state as order_state, o.kind from fal_jobs j join orders o on o.id = j.order_id`,
  );
  const breaches: string[] = [];
  for (const job of ours) {
    const id = String(job['id']);
    const billed = paid.filter((one) => one.job === id);
    if (billed.length > 1) breaches.push(`job ${id} was paid ${billed.length} times`);
    if (job['order_state'] === 'succeeded' && billed.length !== 1)
      breaches.push(`job ${id} succeeded and was paid ${billed.length} times`);
    if (job['submitted_at'] === null && billed.length > 0)
      breaches.push(`job ${id} was never submitted (order ${String(job['order_state'])}) and was paid`);
  }
  const known = new Set(ours.map((job) => String(job['id'])));
  for (const one of paid)
    if (one.job === null || !known.has(one.job))
      breaches.push(`FAL was paid for ${one.requestId}, which is nobody's`);
  const twice = await system.sql(`select order_id from fal_jobs group by order_id having count(*) > 1`);
  for (const row of twice) breaches.push(`order ${String(row['order_id'])} has two jobs`);
  return {
    promise: 'at most one paid FAL job an order, exactly one where it succeeded',
    looked: paid.length,
    breaches,
  };
}

/** `internal` is our own word for a bug; no fault of a provider or a store may end there. */
async function noneBroken({ system }: AuditSubject): Promise<Finding> {
  const rows = await system.sql(`select id, kind from orders where failure = 'internal'`);
  return {
    promise: 'no order failed for a fault of ours',
    looked: rows.length,
    breaches: rows.map((row) => `${String(row['kind'])} ${String(row['id'])} failed as "internal"`),
  };
}

async function nothingOverdue({ system }: AuditSubject): Promise<Finding> {
  const rows = await system.sql(
    `select 'order ' || id as what from orders where state in ('queued', 'running') and deadline_at < now()
     union all select 'FAL job ' || j.id || ' (' || j.state || ')' from fal_jobs j join orders o on o.id = j.order_id
       where j.state not in ('completed', 'failed', 'cancelled') and (o.ended_at is not null or o.deadline_at < now())
     union all select 'photo ' || id from avatar_photos where state = 'received' and next_check_at < now() - interval '1 minute'
     union all select 'notification ' || id from notifications where state in ('pending', 'failed')`,
  );
  return {
    promise: 'no row is unfinished past its time',
    looked: rows.length,
    breaches: rows.map((row) => String(row['what'])),
  };
}
