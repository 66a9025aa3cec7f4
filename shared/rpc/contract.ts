import * as z from 'zod';
import { mutation } from '../domain/mutations.ts';
import { me } from '../domain/roles.ts';
import { call, stream, type Contract } from './define.ts';
import { verificationProcedures } from './verification-contract.ts';
import { healthReport, syncAlarm } from './health-report.ts';
import { editState, scheduleProcedures } from './schedule-contract.ts';

/** What the renderer may ask of the core. Input is always parsed; output in tests and development. */

const micros = z.number().int();
const none = z.object({});
const done = z.object({});

export type { FoundBookings, ScheduleItem, ScheduleMonth, ScheduleWeek } from './schedule-contract.ts';

export const connectionReport = z.object({
  url: z.string(),
  isReachable: z.boolean(),
  isKeyValid: z.boolean(),
  hasSchema: z.boolean(),
  /** Names of optional parts the backend has: 'realtime', 'storage', 'functions', 'demo-accounts', 'mfa'. */
  capabilities: z.array(z.string()),
  /** The first thing that is wrong, in words that say what to do; null when it is usable. */
  problem: z.string().nullable(),
});

export const connectionState = z.object({
  url: z.string().nullable(),
  /** Where it came from: the environment, the connection screen, or nowhere yet. */
  source: z.enum(['environment', 'saved', 'none']),
  isEmbedded: z.boolean(),
});

export const sessionState = z.discriminatedUnion('status', [
  z.object({ status: z.literal('not-connected') }),
  z.object({ status: z.literal('restoring') }),
  z.object({ status: z.literal('signed-out') }),
  /** `isFresh` is false when the answer comes from the cache because the server cannot be reached. */
  z.object({ status: z.literal('signed-in'), me, isFresh: z.boolean() }),
  /** The server refuses the stored session: the cache is readable, edits wait, sending needs a password. */
  z.object({ status: z.literal('needs-sign-in'), me }),
]);

/** What the last comparison with the server found. */
export const syncCheck = z.object({
  /** By this machine's clock. */
  at: micros,
  /** Rows that were compared. */
  rows: z.number().int(),
  /** Rows that were missing, different, or here without being on the server; all of them put right. */
  lost: z.number().int(),
  different: z.number().int(),
  ghosts: z.number().int(),
  /** Kept counts and sums that did not say what the rows say; put right too. */
  sums: z.number().int().default(0),
});

export const syncStatus = z.object({
  state: z.enum(['idle', 'pulling', 'pushing', 'offline', 'stopped', 'error']),
  /** Rows received in this pull and, when the server said so, how many there will be. */
  pulled: z.number().int(),
  total: z.number().int().nullable(),
  isFirstPull: z.boolean(),
  waitingEdits: z.number().int(),
  needsAttention: z.number().int(),
  /** Decisions kept here that the server is not known to have. */
  drafts: z.number().int(),
  lastSyncedAt: micros.nullable(),
  /** Null before the first self-check of this cache. */
  lastCheck: syncCheck.nullable(),
  /** Server clock minus this machine's, in microseconds. */
  serverOffset: z.number().int(),
  problem: z.string().nullable(),
  /** True when another instance holds the cache for writing. */
  isReadOnly: z.boolean(),
  alarms: z.array(syncAlarm).readonly(),
  /** Something that happened to the local data and that the user is told once; null when nothing did. */
  notice: z.string().nullable(),
});

export const outboxItem = z.object({
  id: z.uuid(),
  kind: z.string(),
  /** One line for people, such as "Accept CSEC Maths with Aaliyah Mohammed". */
  title: z.string(),
  table: z.string(),
  rowId: z.uuid(),
  /** held: inside its five seconds; queued; sending; blocked: waits for an earlier edit of the same thing;
      applied: the server has it, the next pull brings it; conflict, rejected, update-required: needs attention. */
  state: editState,
  createdAt: micros,
  sendAt: micros,
  attempts: z.number().int(),
  /** Why it was refused or could not be sent, in words that say what to do. */
  problem: z.string().nullable(),
  problemCode: z.string().nullable(),
  /** For a conflict: per field the value it was based on, the server's, and mine. */
  fields: z.array(z.object({ field: z.string(), base: z.json(), theirs: z.json(), mine: z.json() })),
  /** What was meant, as it was given to outbox.add. */
  args: z.record(z.string(), z.json()),
  /** Edits that were made together have the same. */
  groupId: z.uuid().nullable(),
});

/** Edits that were made together, while one of them is in the outbox. */
export const outboxGroup = z.object({
  id: z.uuid(),
  title: z.string(),
  createdAt: micros,
  total: z.number().int(),
  /** Of these, how many the server has and how many were taken back or dropped; the others are items of the outbox. */
  applied: z.number().int(),
  dropped: z.number().int(),
});

/** A decision that is kept here until its user confirms it online. */
export const draftItem = z.object({
  id: z.uuid(),
  kind: z.string(),
  /** One line for people, such as "Approve CSEC Maths of Aaliyah Mohammed". */
  title: z.string(),
  table: z.string(),
  rowId: z.string(),
  createdAt: micros,
  /** What it decides, line by line. */
  lines: z.array(z.object({ label: z.string(), text: z.string() })),
  /** ready: can be confirmed; review: its row changed since (see changes); blocked: something is in the way (see problem);
      gone: its row is not there any more; refused: by the server, the last time; confirming: being asked; in-doubt: the
      answer got lost; confirmed: the server has it; update-required: of another version of the console. */
  state: z.enum([
    'ready',
    'review',
    'blocked',
    'gone',
    'refused',
    'confirming',
    'in-doubt',
    'confirmed',
    'update-required',
  ]),
  problem: z.string().nullable(),
  problemCode: z.string().nullable(),
  /** What was looked at, and what the server has now. */
  changes: z.array(z.object({ field: z.string(), base: z.json(), theirs: z.json() })),
});

/** How a confirmation ended. review: nothing was sent, the draft says why. */
export const draftOutcome = z.object({
  outcome: z.enum(['confirmed', 'review', 'refused', 'in-doubt']),
  problem: z.string().nullable(),
  /** What the server answered, of a shape that goes with the kind; null where its answer was not seen here. */
  result: z.json().nullable(),
});

export const themeChoice = z.enum(['system', 'light', 'dark']);
export const settings = z.object({
  theme: themeChoice,
  singleKeyShortcuts: z.boolean(),
});

/** Where a document is in the storage. `id` names it on this machine; a different `expectedBytes` fetches it again. */
const documentPlace = z.object({
  id: z.uuid(),
  bucket: z.enum(['tutor-verifications', 'degree-documents', 'verification_uploads', 'verification_docs']),
  path: z.string().min(1).max(1024),
  expectedBytes: z.number().int().nonnegative().nullable(),
});

export const contract = {
  'app.info': call(
    none,
    z.object({
      version: z.string(),
      host: z.enum(['electron', 'browser']),
      platform: z.string(),
      /** What only some hosts can do: 'native-menu', 'updates', 'secure-storage', 'notifications'. */
      abilities: z.array(z.string()),
    }),
  ),
  'settings.read': call(none, settings),
  'settings.write': call(settings.partial(), settings),

  'connection.read': call(none, connectionState),
  /** Looks at what it is given and changes nothing. */
  'connection.probe': call(z.object({ url: z.string(), key: z.string() }), connectionReport),
  /** Probes, and keeps it only when it is usable. Fails with BACKEND_UNREACHABLE, BACKEND_INVALID, SECRET_KEY_REFUSED. */
  'connection.save': call(z.object({ url: z.string(), key: z.string() }), connectionState),
  'connection.forget': call(none, connectionState),

  'session.watch': stream(none, sessionState),
  /** Accounts the embedded stack offers; empty on any other backend. */
  'session.demoAccounts': call(
    none,
    z.object({ accounts: z.array(z.object({ email: z.string(), label: z.string(), role: z.string() })) }),
  ),
  'session.signIn': call(z.object({ email: z.string(), password: z.string() }), sessionState),
  'session.signInDemo': call(z.object({ email: z.string() }), sessionState),
  /** With edits waiting, 'ask' fails with PENDING_EDITS {count}; the others say what to do with them. */
  'session.signOut': call(
    z.object({ pending: z.enum(['ask', 'send', 'export', 'discard']) }),
    z.object({ exportedTo: z.string().nullable() }),
  ),

  'sync.watch': stream(none, syncStatus),
  'sync.now': call(none, done),
  /** The network is back, or somebody looks at the window again: connects and pulls now if that helps. */
  'sync.wake': call(none, done),
  /** Compares the local data with the server's and repairs what differs. */
  'sync.check': call(none, syncCheck),
  /** Throws every row away and gets all of them again; edits and drafts stay. Fails, changing nothing, without the server. */
  'sync.rebuild': call(none, done),
  /** Stops the pull that runs. What has arrived is kept, and the next pull goes on from there. */
  'sync.cancel': call(none, done),
  /** Says which tables changed, after each local commit. The first value comes at once. */
  'changes.watch': stream(none, z.object({ revision: z.number().int(), tables: z.array(z.string()) })),

  'outbox.list': call(none, z.object({ items: z.array(outboxItem), groups: z.array(outboxGroup) })),
  /** Applies the edit locally and queues it, in one transaction. */
  'outbox.add': call(mutation, z.object({ mutationId: z.uuid() })),
  /** Takes back an edit that has not been sent. Fails with CONFLICT when it is already on its way. */
  'outbox.undo': call(z.object({ mutationId: z.uuid() }), done),
  /** Tries a refused or waiting edit again, based on what the server has now. */
  'outbox.retry': call(z.object({ mutationId: z.uuid() }), done),
  'outbox.discard': call(z.object({ mutationId: z.uuid() }), done),
  /** The same for a conflict in which both sides changed different fields: neither change is lost. */
  'outbox.keepBoth': call(z.object({ mutationId: z.uuid() }), done),
  /** Puts a changed edit into the place of a refused one. When it cannot apply, the refused one stays. */
  'outbox.replace': call(
    z.object({ mutationId: z.uuid(), edit: mutation }),
    z.object({ mutationId: z.uuid() }),
  ),
  /** Queues edits that belong together, in one transaction; says of each that cannot apply why. REJECTED when none can. */
  'outbox.addMany': call(
    z.object({ title: z.string().min(1).max(200), edits: z.array(mutation).min(1).max(200) }),
    z.object({
      groupId: z.uuid(),
      results: z.array(z.object({ mutationId: z.uuid().nullable(), problem: z.string().nullable() })),
    }),
  ),
  /** Takes back what was not sent of a group, and says how many were too late. */
  'outbox.undoGroup': call(
    z.object({ groupId: z.uuid() }),
    z.object({ undone: z.number().int(), left: z.number().int() }),
  ),
  /** Tries the refused ones of a group again, or drops them. */
  'outbox.retryGroup': call(z.object({ groupId: z.uuid() }), z.object({ count: z.number().int() })),
  'outbox.discardGroup': call(z.object({ groupId: z.uuid() }), z.object({ count: z.number().int() })),

  'drafts.list': call(none, z.object({ items: z.array(draftItem) })),
  /** Keeps a decision of one of the kinds of shared/domain/drafts.ts; one about the same row is replaced. */
  'drafts.save': call(
    z.object({ kind: z.string(), args: z.record(z.string(), z.json()) }),
    z.object({ id: z.uuid() }),
  ),
  /** Stands by a draft although its row changed. */
  'drafts.accept': call(z.object({ id: z.uuid() }), done),
  /** Fails with CONFLICT while it is not known whether the server has done it. */
  'drafts.discard': call(z.object({ id: z.uuid() }), done),
  /** Checks a draft against the server and has it done. Fails with OFFLINE where that cannot begin. */
  'drafts.confirm': call(z.object({ id: z.uuid() }), draftOutcome),
  /** Asks what became of decisions whose answer got lost. */
  'drafts.settle': call(none, done),

  ...scheduleProcedures,
  ...verificationProcedures,

  /**
   * A document, from this machine or the storage; an empty file has no bytes and is no failure. Fails with NOT_FOUND
   * (missing), FORBIDDEN, OFFLINE (and not fetched before), REJECTED (rule document.size), NEEDS_SIGN_IN.
   */
  'verification.document': call(
    documentPlace,
    z.object({ bytes: z.instanceof(Uint8Array), type: z.string(), sha256: z.string() }),
  ),
  /** Fetches these ahead, first first, whenever nobody waits for a document. Replaces the last wish; [] ends it. */
  'verification.prefetch': call(z.object({ documents: z.array(documentPlace).max(20) }), done),
  /** Hands a document to another program; `isOpened` is false when it was only put at `path`. CANCELLED if refused. */
  'verification.openExternally': call(
    documentPlace.extend({ name: z.string().max(512) }),
    z.object({ path: z.string(), isOpened: z.boolean() }),
  ),

  /** How the local data stands, for as long as somebody looks; null while none is open. */
  'health.watch': stream(none, healthReport.nullable()),
  /** What support is given when something is wrong. Redacted. */
  'diagnostics.read': call(none, z.object({ text: z.string() })),
} as const satisfies Contract;

export type AppContract = typeof contract;
