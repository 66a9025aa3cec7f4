import { syncTables, type SyncTable } from '#shared/domain/sync/tables';

const current: readonly SyncTable[] = syncTables;

/** The same rows, indexed differently: bookings and people are made anew. */
const reindexed: readonly SyncTable[] = current.map((table) =>
  ['bookings', 'people'].includes(table.name)
    ? { ...table, indexes: [...table.indexes, ['row_version']] }
    : table,
);

/** A version ahead: bookings have one column more. */
const widened: readonly SyncTable[] = current.map((table) =>
  table.name === 'bookings'
    ? { ...table, columns: { ...table.columns, sim_note: { kind: 'text', nullable: true } as const } }
    : table,
);

/** Two versions ahead: and there is one table more. */
const extended: readonly SyncTable[] = [
  ...widened,
  {
    name: 'sim_notes',
    columns: { tutor_id: { kind: 'uuid' }, body: { kind: 'text' } },
    principals: ['tutor_id'],
    staff: ['admin', 'support'],
    indexes: [['tutor_id']],
  },
];

/** What the server declares, from the version of the migrations on. */
export const serverVersions = [current, widened, extended] as const;

/** What a console may declare, older or newer than the server. */
export const versions = [current, reindexed, widened, extended] as const;
