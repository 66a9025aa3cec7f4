import { safeFileName } from '#shared/domain/documents/file-name';
import { isShown } from '#shared/domain/documents/sniff';
import { sectionsOf, type Me } from '#shared/domain/roles';
import type { AppContract } from '#shared/rpc/contract';
import type { Client, Handlers } from '#shared/rpc/define';
import { AppError } from '#shared/rpc/errors';
import type { HostContract } from '#shared/rpc/host-contract';
import type { Workspace } from '../session/workspace.ts';

type DocumentProcedure = 'verification.document' | 'verification.prefetch' | 'verification.openExternally';

/** @param require gives the open workspace and who is signed in; throws AppError when there is none. */
export function documentHandlers(
  require: () => { readonly workspace: Workspace; readonly me: Me },
  host: Client<HostContract>,
): Pick<Handlers<AppContract>, DocumentProcedure> {
  const documents = () => {
    const { workspace, me } = require();
    if (!mayReview(me)) throw new AppError('FORBIDDEN', 'Only reviewers may look at documents.');
    return workspace.documents;
  };
  return {
    'verification.document': async (place, signal) => {
      const { bytes, type, sha256 } = await documents().read(place, signal);
      return { bytes, type, sha256 };
    },
    'verification.prefetch': async ({ documents: places }) => {
      documents().prefetch(places);
      return {};
    },
    'verification.openExternally': async ({ name, ...place }, signal) => {
      const { bytes, type } = await documents().read(place, signal);
      if (bytes.length === 0)
        throw new AppError('REJECTED', 'The file is empty.', { rule: 'document.empty' });
      return host['documents.open']({
        name: safeFileName(name, type),
        bytes,
        isKnown: isShown(type) || type === 'heic',
      });
    },
  };
}

/** Whoever has no such section keeps no document on his machine. */
export function mayReview(me: Me): boolean {
  return sectionsOf(me).includes('verification');
}
