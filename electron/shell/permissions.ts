import type { Session } from 'electron';
import { isOwnPage } from './origin.ts';

/** What the console's page may use. Electron's default is to grant everything. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/** Denies every permission and device, except the few that the console uses, to its own page. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(allowed.has(permission) && isOwnPage(details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => {
    return allowed.has(permission) && isOwnPage(requestingOrigin);
  });
  session.setDevicePermissionHandler(() => false);
}
