import type { AppContract } from '#shared/rpc/contract';
import type { Handlers } from '#shared/rpc/define';
import type { Workspace } from '../session/workspace.ts';

type OutboxProcedure = Extract<keyof AppContract, `outbox.${string}` | `drafts.${string}`>;

export type OutboxContext = {
  /** The open workspace, null when there is none: then nothing waits. */
  readonly current: () => Workspace | null;
  /** The same; throws AppError when there is none. */
  readonly require: () => { readonly workspace: Workspace };
};

/** What waits on this machine: edits on their way, and decisions that their user has to confirm. */
export function outboxHandlers({
  current,
  require,
}: OutboxContext): Pick<Handlers<AppContract>, OutboxProcedure> {
  const engine = () => require().workspace.engine;
  const drafts = () => require().workspace.drafts;
  return {
    'outbox.list': async () => {
      const open = current()?.engine;
      return { items: [...(open?.outbox() ?? [])], groups: [...(open?.groups() ?? [])] };
    },
    'outbox.add': async (edit) => engine().add(edit),
    'outbox.undo': async ({ mutationId }) => done(engine().undo(mutationId)),
    'outbox.retry': async ({ mutationId }) => done(engine().retry(mutationId)),
    'outbox.discard': async ({ mutationId }) => done(engine().discard(mutationId)),
    'outbox.replace': async ({ mutationId, edit }) => engine().replace(mutationId, edit),
    'outbox.keepBoth': async ({ mutationId }) => done(engine().keepBoth(mutationId)),
    'outbox.addMany': async ({ title, edits }) => {
      const { groupId, results } = engine().addMany(title, edits);
      return { groupId, results: [...results] };
    },
    'outbox.undoGroup': async ({ groupId }) => engine().undoGroup(groupId),
    'outbox.retryGroup': async ({ groupId }) => engine().retryGroup(groupId),
    'outbox.discardGroup': async ({ groupId }) => engine().discardGroup(groupId),

    'drafts.list': async () => ({ items: [...(current()?.drafts.list() ?? [])] }),
    'drafts.save': async ({ kind, args }) => drafts().save(kind, args),
    'drafts.accept': async ({ id }) => done(drafts().accept(id)),
    'drafts.discard': async ({ id }) => done(drafts().discard(id)),
    'drafts.confirm': ({ id }) => drafts().confirm(id),
    'drafts.settle': async () => done(await drafts().settle()),
  };
}

function done(_done: void): Record<string, never> {
  return {};
}
