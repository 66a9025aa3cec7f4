/** One planted defect: `find` stands exactly once in `file` (or everywhere, with `everywhere`) and becomes `replace`. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly everywhere?: boolean;
  /** A second place that has to change too. */
  readonly also?: { readonly find: string; readonly replace: string };
  /** What is run first, because it is likely to see it. */
  readonly first: 'simulator' | 'tests';
};

const sync = 'electron/core/sync';

export const mutants: readonly Mutant[] = [
  {
    ...server(
      'the snapshot is taken after the rows',
      "returns json\nlanguage plpgsql stable security invoker set search_path = '' as $$\ndeclare\n  v_scope",
      "returns json\nlanguage plpgsql volatile security invoker set search_path = '' as $$\ndeclare\n  v_scope",
      'tests',
    ),
    also: { find: "'snapshot', v_now::text", replace: "'snapshot', pg_current_snapshot()::text" },
  },
  client('the guard lets only older rows in', 'rows', 'excluded.row_version >= ', 'excluded.row_version < '),
  client('the cursor is that of the last page', 'round', 'round.first ?? answer.snapshot', 'answer.snapshot'),
  client(
    'the epoch of the database is ignored',
    'round',
    'state.epoch !== null && state.epoch !== answer.epoch',
    'false',
  ),
  client(
    'the log is never asked for',
    'round',
    'state.logSynced === null ? null',
    'state.logSynced !== undefined ? null',
  ),
  client(
    'only the first page of the log is read',
    'round',
    'round.log === null || answer.log === null || answer.log.more === null',
    'true',
  ),
  client('the initial pull is restarted', 'pull', 'if (stored.round !== null) return stored;', ''),
  client(
    'a cut-off round counts as a new one',
    'pull',
    'readPullState(options.target.db).round?.first != null',
    'false',
  ),
  client('rows named by the log never go', 'apply', 'visible.get(table)?.has(id) !== true', 'table === ""'),
  client(
    'rows that came into sight are not stored',
    'apply',
    'rows.store(table, page.columns, page.rows, true);',
    '',
  ),
  client(
    'a purge keeps the rows',
    'apply',
    'for (const table of target.rows.tables) resetTable(target.db, table);',
    '',
  ),
  client(
    'pulls write over the overlay',
    'apply',
    'new Set(takeOverlayOff(target.db, target.rows))',
    'new Set<string>()',
  ),
  client(
    'the overlay is not put on again after a pull',
    'apply',
    'of putOverlayOn(target.db, target.rows, target.userId)',
    'of [] as string[]',
  ),
  client(
    'an applied edit goes with the round that it overtook',
    'apply',
    'applied_round < ?',
    'applied_round <= ?',
  ),
  client('a remade table keeps its cursor', 'apply', 'if (remade.length === 0 && isSame) return;', 'return;'),
  client(
    'rows and state are stored apart',
    'apply',
    '    writePullState(target.db, state);\n    return changed;',
    '    return changed;',
  ),
  client(
    'the shadow is what the user sees',
    'overlay',
    'INSERT OR IGNORE INTO shadow',
    'INSERT OR REPLACE INTO shadow',
  ),
  client(
    'the overlay is dropped with the answer',
    'overlay',
    `('queued', 'sending', 'applied')`,
    `('queued', 'sending')`,
  ),
  client(
    'an acknowledgement writes the cached rows',
    'outcomes',
    'moveVersions(db, edit, result);\n    return;',
    `moveVersions(db, edit, result);\n    db.exec('DELETE FROM shadow');\n    return;`,
  ),
  client(
    'later edits keep the version that is gone',
    'outcomes',
    'moveVersions(db, edit, result);\n    return;',
    'return;',
  ),
  client(
    'an edit gets a new id whenever it is sent',
    'push',
    'id: edit.id,\n    seq',
    'id: crypto.randomUUID(),\n    seq',
  ),
  client('an edit on its way counts as never sent', 'push', 'attempts = attempts + 1', 'attempts = attempts'),
  client('outcomes are not recorded', 'push', 'recordOutcome(target.db, edit, result);', ''),
  client('a server in trouble has refused the edit', 'failures', 'status >= 500', 'status >= 600'),
  client('a refused session has refused the edit', 'failures', 'status === 401', 'status === 499'),
  client(
    'a useless cursor is asked with again',
    'failures',
    'code === cursorFromFuture || code === cursorPurged',
    'false',
  ),
  client('the hold is ignored', 'outbox', 'return edit.send_at <= now', 'return true || edit.send_at <= now'),
  client(
    'edits of one row are sent together',
    'outbox',
    'if (isWaiting(other)) return true;',
    'if (isWaiting(other)) return false;',
  ),
  client(
    'an edit can always be taken back',
    'edits',
    `(edit) => edit.state === 'queued' && edit.attempts === 0);`,
    '() => true);',
  ),
  client('a replacement takes the place of what was sent', 'edits', ' || earlier.attempts > 0', ''),
  client(
    'a retried edit keeps its number',
    'edits',
    `newId,\n      nextCounter(target.db, 'seq'),`,
    'newId,\n      edit.seq,',
  ),
  client(
    'the effect of an edit is not shown',
    'edits',
    'for (const change of effect.changes) applyChange(target.db, target.rows, change);',
    '',
  ),
  server(
    'a lost row is not logged for its principal',
    `or v_old ->> v_column is distinct from v_new ->> v_column)`,
    'or false)',
  ),
  server(
    'staff are not told of deletes',
    `values (tg_table_name, old.id, null, 'D', old.row_version);`,
    `select tg_table_name, old.id, null, 'D', old.row_version where false;`,
  ),
  server(
    'a change is not stamped',
    `new.sync_xid := pg_catalog.pg_current_xact_id();`,
    `if tg_op = 'INSERT' then new.sync_xid := pg_catalog.pg_current_xact_id(); end if;`,
  ),
  server('the version stands still', 'old.row_version + 1', 'old.row_version', 'tests'),
  server('TRUNCATE keeps the epoch', 'update sync.meta set epoch = gen_random_uuid();', 'null;'),
  server(
    'a person who comes into sight is not logged',
    `select distinct 'people', v.person, v.principal, 'G'`,
    `select distinct 'people', v.person, null::uuid, 'D'`,
  ),
  server(
    'a message that moves is not logged',
    `select 'booking_messages', old.id, a, 'D'\n  from public.bookings b`,
    `select 'booking_messages', old.id, a, 'D' from public.bookings b where false;\n  perform 1\n  from public.bookings b`,
  ),
  server(
    'messages stay with who lost the booking',
    `select 'booking_messages', m.id, a, 'R'`,
    `select 'booking_messages', gen_random_uuid(), a, 'R'`,
  ),
  server(
    'the log starts behind what is still open',
    'v_low pg_catalog.xid8 := greatest(pg_snapshot_xmin(p_snap), p_xid);',
    'v_low pg_catalog.xid8 := greatest(pg_snapshot_xmax(p_snap), p_xid);',
  ),
  {
    ...server(
      'rows start behind what is still open',
      'greatest(pg_snapshot_xmin(p_snap), p_xid)',
      'greatest(pg_snapshot_xmax(p_snap), p_xid)',
    ),
    everywhere: true,
  },
  {
    ...server(
      'pages are cut by transaction alone',
      '(t.sync_xid, t.id) > (v_low, v_after)',
      't.sync_xid > v_low',
    ),
    everywhere: true,
  },
  server(
    'a cursor from the future is believed',
    'where pg_snapshot_xmax(v_now) <',
    'where false and pg_snapshot_xmax(v_now) <',
    'tests',
  ),
  server(
    'there is no ledger',
    'on conflict do nothing;\n  if not found then',
    'on conflict do nothing;\n  if false then',
  ),
  server('a refused edit takes its batch with it', 'if sync.is_passing(v_state) then', 'if true then'),
  server('what was expected is not compared', 'v_row -> f.key is distinct from f.value', 'false', 'tests'),
  server(
    'what was expected is compared as text',
    'v_row -> f.key is distinct from f.value',
    '(v_row ->> f.key) is distinct from f.value::text',
    'tests',
  ),
  server(
    'the version of a whole row is not compared',
    `(v_expected ? 'rowVersion' and`,
    `(false and v_expected ? 'rowVersion' and`,
    'tests',
  ),
  server(
    'the ledger forgets the answer',
    `set outcome = v_result ->> 'outcome', result = v_result where`,
    `set outcome = v_result ->> 'outcome' where`,
  ),
  client(
    'what the log names goes without being looked at again',
    'apply',
    'if (visible.get(table)?.has(id) !== true) rows',
    'rows',
  ),
  client(
    'edits that were interrupted stay on their way',
    'push',
    `UPDATE outbox SET state = 'queued' WHERE state = 'sending'`,
    'SELECT 1',
  ),
  client(
    'a failed push leaves its edits on their way',
    'push',
    'markQueued(target, due);\n      throw error;',
    'throw error;',
  ),
  client(
    'a column that the server gained stays empty',
    'round',
    '.some((column) => lacking[name]?.includes(column) !== true) === true',
    '.length === -1',
  ),
  client(
    'the state of a round begun is not stored',
    'pull',
    'writePullState(target.db, next);\n      return next;',
    'return next;',
    'tests',
  ),
  client(
    'there is no poll',
    'engine',
    '      pulls.nudge();\n      // Also the watchdog',
    '      // Also the watchdog',
    'tests',
  ),
  client('an answered push asks for no pull', 'engine', 'if (decided > 0) pulls.kick();', '', 'tests'),
  client(
    'what failed is not tried again by itself',
    'loop',
    'if (delay !== null && !isWanted) cancelTimer = clock.after(delay, kick);',
    '',
    'tests',
  ),
  client('two pulls can be under way', 'loop', 'running ??= go()', 'running = go()', 'tests'),
  client(
    'edits of a dead network count as sent',
    'engine',
    'if (health.isOffline) await pulls.request(signal);',
    '',
    'tests',
  ),
  client(
    "someone else's session is used",
    'transport',
    'subjectOf(token) !== options.userId',
    'subjectOf(token) === null',
    'tests',
  ),
  client(
    'a session is renewed by everyone at once',
    'health',
    'renewal ??= refreshSession()',
    'renewal = refreshSession()',
    'tests',
  ),
  client(
    'the self-check finds every bucket alike',
    'check',
    'if (one?.rows === other?.rows && one?.hash === other?.hash) continue;',
    'if (one === one) continue;',
  ),
  client(
    'the self-check trusts the version of a row',
    'digest',
    'const text = values.map(',
    'const text = values.slice(0, 2).map(',
  ),
  client(
    'the self-check compares what waiting edits show',
    'digest',
    'if (!shadows.has(String(row[0]))) count(buckets, row);',
    'count(buckets, row);',
  ),
  client('the self-check calls wrong what is only newer', 'check', 'if (newer.has(id)) return false;', ''),
  client('the self-check leaves ghosts', 'check', 'rows.remove(table.name, id);', ''),
  client(
    'a repair keeps to the guard',
    'check',
    'rows.store(table.name, list.columns, wrong, true);',
    'rows.store(table.name, list.columns, wrong, false);',
  ),
  client(
    'a check goes on while a round is under way',
    'check',
    'state.round !== null || snap === null',
    'snap === null',
  ),
  client(
    'edits of the same row overtake each other in the overlay',
    'overlay',
    'ORDER BY position`',
    'ORDER BY position DESC`',
  ),
  client(
    'a discarded edit keeps its effect',
    'edits',
    'deleteEdit(target.db, edit.position);\n    return { tables: replay(target) };',
    'deleteEdit(target.db, edit.position);\n    return { tables: new Set<string>() };',
  ),
  client(
    'a refused edit keeps its effect',
    'push',
    'recordOutcome(target.db, edit, result);\n      decided += 1;',
    'recordOutcome(target.db, edit, result);\n      decided += 1;\n      if (result.outcome !== "applied") return new Set<string>();',
  ),
  client(
    'edits are sent while earlier ones of the row were refused below them',
    'outbox',
    'needsAttention(other) && edit.position',
    'false && edit.position',
    'tests',
  ),
  server(
    'a changed family leaves the cache as it was',
    `perform private.bump_access_epoch(u.id)\n  from (select distinct v.id from`,
    `perform 1\n  from (select distinct v.id from`,
  ),
  server(
    'a changed staff role leaves the cache as it was',
    'perform private.bump_access_epoch(coalesce(new.user_id, old.user_id));',
    'null;',
  ),
  server(
    'a purged log is believed',
    'if pg_snapshot_xmin(p_snap) <= sync.purged_xid() then',
    'if false then',
  ),
  server(
    'rows come with what their reader may not see',
    `drop policy if exists visibility_log_read on sync.visibility_log;\ncreate policy visibility_log_read on sync.visibility_log for select to authenticated\n  using (principal`,
    `drop policy if exists visibility_log_read on sync.visibility_log;\ncreate policy visibility_log_read on sync.visibility_log for select to authenticated\n  using (false and principal`,
  ),
  server(
    'a passing error refuses the edit',
    `p_sqlstate in ('40001', '40P01', '55P03', '57014') or`,
    'false and',
  ),
  server(
    'an edit of what is gone is a conflict',
    `return jsonb_build_object('outcome', 'gone', 'code', 'not_found', 'message', null, 'data', null);\n    end if;\n    -- Then`,
    `return jsonb_build_object('outcome', 'conflict', 'code', 'not_found', 'message', null, 'data', null);\n    end if;\n    -- Then`,
    'tests',
  ),
  server(
    'a row is not locked before it is compared',
    `perform sync.lock_row(v_expected ->> 'table', (v_expected ->> 'id')::uuid);`,
    '',
    'tests',
  ),
];

function client(
  name: string,
  file: string,
  find: string,
  replace: string,
  first: Mutant['first'] = 'simulator',
): Mutant {
  return { name, file: `${sync}/${file}.ts`, find, replace, first };
}

/** In the last migration that has the text. */
function server(name: string, find: string, replace: string, first: Mutant['first'] = 'simulator'): Mutant {
  return { name, file: 'supabase/migrations', find, replace, first };
}
