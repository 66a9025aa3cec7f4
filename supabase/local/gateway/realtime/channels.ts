import { randomBytes } from 'node:crypto';
import type { Json } from '../http.ts';
import type { Claims } from '../tokens.ts';
import type { Permissions } from './authorize.ts';
import type { Subscription } from './changes.ts';
import type { Broadcast } from './frames.ts';

/** One client's seat in one channel. */
export type Member = {
  /** Without the prefix "realtime:". */
  readonly topic: string;
  readonly isPrivate: boolean;
  claims: Claims;
  permissions: Permissions;
  readonly wantsAcknowledgement: boolean;
  readonly wantsOwnBroadcasts: boolean;
  readonly presenceKey: string;
  readonly seesPresence: boolean;
  subscriptions: readonly Subscription[];
  /** What the client says about itself, while it says something. */
  presence: Json | undefined;
  send(event: string, payload: Json): void;
  sendBroadcast(broadcast: Broadcast): void;
};

/** Who is in which channel. A private and a public channel of one name are two channels. */
export type Channels = {
  join(member: Member): void;
  leave(member: Member): void;
  members(): Iterable<Member>;
  broadcast(topic: string, isPrivate: boolean, broadcast: Broadcast, sender?: Member): void;
  /** Sets what `member` says about itself, and tells the others; undefined takes it back. */
  track(member: Member, presence: Json | undefined): void;
  presenceState(member: Member): Json;
};

export function createChannels(): Channels {
  const rooms = new Map<string, Set<Member>>();
  const keyOf = (topic: string, isPrivate: boolean) => `${isPrivate ? 'private' : 'public'}:${topic}`;
  const roomOf = (member: Member) => rooms.get(keyOf(member.topic, member.isPrivate)) ?? new Set<Member>();

  function tell(member: Member, joins: Json, leaves: Json): void {
    for (const other of roomOf(member)) {
      if (other.seesPresence && other.permissions.presence.read)
        other.send('presence_diff', { joins, leaves });
    }
  }

  function track(member: Member, presence: Json | undefined): void {
    const previous = member.presence;
    if (previous === undefined && presence === undefined) return;
    // A presence that was changed is a new one that replaces the old one.
    member.presence =
      presence === undefined ? undefined : { ...presence, phx_ref: randomBytes(8).toString('base64url') };
    const entry = (meta: Json | undefined) =>
      meta === undefined ? {} : { [member.presenceKey]: { metas: [meta] } };
    tell(member, entry(member.presence), entry(previous));
  }

  return {
    join(member) {
      const key = keyOf(member.topic, member.isPrivate);
      const room = rooms.get(key) ?? new Set<Member>();
      rooms.set(key, room.add(member));
    },
    leave(member) {
      const key = keyOf(member.topic, member.isPrivate);
      const room = rooms.get(key);
      if (room?.delete(member) !== true) return;
      // The one who left is not told, but everybody else is.
      track(member, undefined);
      if (room.size === 0) rooms.delete(key);
    },
    *members() {
      for (const room of rooms.values()) yield* room;
    },
    broadcast(topic, isPrivate, broadcast, sender) {
      for (const member of rooms.get(keyOf(topic, isPrivate)) ?? []) {
        if (member === sender && !member.wantsOwnBroadcasts) continue;
        if (member.permissions.broadcast.read) member.sendBroadcast(broadcast);
      }
    },
    track,
    presenceState(member) {
      const state: Record<string, { metas: Json[] }> = {};
      for (const { presenceKey, presence } of roomOf(member)) {
        if (presence !== undefined) (state[presenceKey] ??= { metas: [] }).metas.push(presence);
      }
      return state;
    },
  };
}
