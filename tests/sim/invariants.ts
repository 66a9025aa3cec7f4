import type pg from 'pg';
import type { EditRecord } from './edits.ts';

export type Accounts = {
  /** Edits of which the server did more than one, or one that had been taken back. */
  readonly doubled: readonly string[];
  /** Edits that the user was told are done, or that simply went, while the server knows nothing of them. */
  readonly lost: readonly string[];
};

/** Compares what the users were told with the ledger, and the ledger with the audit log: one effect an applied edit. */
export async function audit(sql: pg.Pool, records: readonly EditRecord[]): Promise<Accounts> {
  const doubled: string[] = [];
  const lost: string[] = [];
  const ledger = new Map(
    (
      await sql.query<{ mutation_id: string; outcome: string | null }>(
        'select mutation_id, outcome from sync.mutations',
      )
    ).rows.map((row) => [row.mutation_id, row.outcome]),
  );
  const expected = new Map<string, number>();
  for (const record of records) {
    const outcome = ledger.get(record.id);
    const name = `${record.client.name} ${record.edit.kind} ${record.id}`;
    if (record.said === 'withdrawn') {
      if (outcome !== undefined) doubled.push(`${name} was taken back and is ${outcome} on the server`);
    } else if (record.said === 'in-doubt') {
      // Either is right; that the cache shows which is checked by comparing it with the tables.
    } else if (outcome === undefined || outcome === null) {
      if (record.said !== 'waiting') lost.push(`${name} is ${record.said}, but the server never saw it`);
    } else if (record.said !== 'waiting' && toldAs[outcome] !== record.said) {
      lost.push(`${name} is ${outcome} on the server, but its user was told ${record.said}`);
    }
    if (outcome === 'applied') {
      const key = `${record.client.userId} ${record.edit.kind} ${record.target}`;
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
  }
  const effects = await sql.query<{ key: string; count: number }>(
    `select actor_id || ' ' || case action when 'booking.move_proposed' then 'booking.reschedule' else action end
       || ' ' || target_id as key, count(*)::int as count
     from public.audit_log where action = any ($1) and actor_id is not null group by 1`,
    [audited],
  );
  for (const { key, count } of effects.rows) {
    const wanted = expected.get(key) ?? 0;
    expected.delete(key);
    if (count > wanted) doubled.push(`${key}: ${count} effects of ${wanted} edits`);
    if (count < wanted && !isQuiet(key)) lost.push(`${key}: ${count} effects of ${wanted} edits`);
  }
  for (const [key, wanted] of expected) if (!isQuiet(key)) lost.push(`${key}: no effect of ${wanted} edits`);
  return { doubled, lost };
}

const toldAs: Readonly<Record<string, EditRecord['said']>> = {
  applied: 'applied',
  conflict: 'conflict',
  rejected: 'rejected',
  gone: 'rejected',
  unknown_kind: 'update-required',
};

const audited = [
  'booking.confirm',
  'booking.decline',
  'booking.cancel',
  'booking.counter_offer',
  'booking.reschedule',
  'booking.move_proposed',
  'unavailability.add',
  'unavailability.remove',
  'availability.replace',
  'notification.mark_read',
];

/** Reading what was read already is applied and has no effect. */
function isQuiet(key: string): boolean {
  return key.includes('notification.mark_read');
}
