import type { Fault } from '#tests/support/fault-proxy';
import { pick } from './random.ts';
import type { FaultName } from './schedule.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

export const passing: Fault = { kind: 'pass' };

/** What happens to one request, of that which the simulation allows. */
export function faultOf(kind: number, amount: number, faults: ReadonlySet<FaultName>): Fault {
  const possible: Fault[] = [];
  const bytes = Math.floor(amount * 400);
  if (faults.has('drop')) possible.push({ kind: 'drop-request' }, { kind: 'drop-response' });
  if (faults.has('duplicate')) possible.push({ kind: 'duplicate' });
  if (faults.has('truncate')) possible.push({ kind: 'truncate', bytes });
  if (faults.has('reset')) possible.push({ kind: 'reset', bytes });
  if (faults.has('5xx')) possible.push({ kind: 'status', status: pick([500, 502, 503, 504], amount) ?? 500 });
  if (faults.has('429')) possible.push({ kind: 'status', status: 429, headers: { 'retry-after': '2' } });
  if (faults.has('session')) possible.push({ kind: 'status', status: 401 });
  if (faults.has('half-open') && amount < 0.3) possible.push({ kind: 'half-open' });
  if (faults.has('mangle')) possible.push(pick(mangled(bytes), amount) ?? passing);
  return pick(possible, kind) ?? passing;
}

/** Who may see what changes: suspension, staff roles, families. Where an open transaction is in the way it does not happen. */
export async function changeAccess(
  stage: Stage,
  world: World,
  [which = 0, on = 0]: readonly number[],
): Promise<void> {
  const tutor = world.tutors[1];
  const child = pick(world.students.slice(0, 3), on);
  const changes: readonly (readonly [string, readonly unknown[]])[] = [
    ['update public.profiles set is_suspended = $2 where id = $1', [tutor, on < 0.5]],
    [`delete from public.staff_members where user_id = $1`, [world.support]],
    [
      `insert into public.staff_members (user_id, role) values ($1, 'support') on conflict do nothing`,
      [world.support],
    ],
    [
      `insert into public.staff_members (user_id, role) values ($1, $2) on conflict do nothing`,
      [tutor, on < 0.5 ? 'reviewer' : 'support'],
    ],
    [`delete from public.staff_members where user_id = $1`, [tutor]],
    [
      `update public.staff_members set role = case role when 'admin' then 'reviewer' else 'admin' end where user_id = $1`,
      [world.admin],
    ],
    [
      `insert into public.parent_child_links (parent_id, child_id) values ($1, $2) on conflict do nothing`,
      [tutor, child],
    ],
    [`delete from public.parent_child_links where parent_id = $1`, [tutor]],
  ];
  const [text = '', values = []] = pick(changes, which) ?? [];
  await attempt(stage, text, values);
}

export async function truncate(stage: Stage, [which = 0]: readonly number[]): Promise<void> {
  await attempt(stage, `truncate public.${pick(['booking_messages', 'notifications'], which) ?? ''} cascade`);
}

/** What `sync.purge()` does to the log after ninety days. The ledger stays: its end is promised to nobody. */
export async function purgeLog(stage: Stage): Promise<void> {
  await attempt(
    stage,
    `with gone as (delete from sync.visibility_log)
     update sync.meta set purged_xid = greatest(purged_xid, pg_current_xact_id())`,
  );
}

/** Answers that come from something in between, or that it has spoiled. */
function mangled(bytes: number): readonly Fault[] {
  const page = '<!doctype html><title>Sign in to the network</title>';
  const html = { 'content-type': 'text/html' };
  const json = { 'content-type': 'application/json' };
  return [
    { kind: 'status', status: 200, headers: html, body: page },
    { kind: 'status', status: 200, headers: json, body: page },
    { kind: 'status', status: 200, headers: json, body: '{}' },
    { kind: 'status', status: 200, headers: json, body: 'null' },
    { kind: 'status', status: 204 },
    { kind: 'status', status: 403, headers: html, body: page },
    { kind: 'status', status: 404, headers: html, body: page },
    { kind: 'cut', bytes },
    { kind: 'mislabel', type: 'text/html' },
    { kind: 'mislabel', type: 'application/octet-stream' },
  ];
}

async function attempt(stage: Stage, text: string, values: readonly unknown[] = []): Promise<void> {
  await stage.sql.query(text, [...values]).catch(() => undefined);
}
