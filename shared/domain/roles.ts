import * as z from 'zod';

/** Roles a person holds in staff_members. Source: design 6. */
export const staffRole = z.enum(['admin', 'reviewer', 'support']);
export type StaffRole = z.infer<typeof staffRole>;

/** profiles.role of the platform. */
export const profileRole = z.enum(['student', 'parent', 'tutor', 'admin']);
export type ProfileRole = z.infer<typeof profileRole>;

/** The sections of the console. */
export const section = z.enum(['schedule', 'verification', 'payments', 'logs', 'operations']);
export type Section = z.infer<typeof section>;

/** Who is signed in, as the server's `console_me()` tells it. The server decides; this only shapes the screen. */
export const me = z.object({
  userId: z.uuid(),
  displayName: z.string(),
  email: z.string(),
  profileRole: profileRole.nullable(),
  staffRoles: z.array(staffRole),
  isSuspended: z.boolean(),
  /** Changes whenever what this user may see changes as a whole (role, suspension). */
  accessEpoch: z.number().int(),
});
export type Me = z.infer<typeof me>;

/** The sections a user may open, in navigation order; empty means the "for tutors and staff" screen. */
export function sectionsOf(user: Me): readonly Section[] {
  if (user.isSuspended) return [];
  const has = (role: StaffRole) => user.staffRoles.includes(role);
  const sections: Section[] = [];
  if (user.profileRole === 'tutor' || has('support') || has('admin')) sections.push('schedule');
  if (has('reviewer') || has('admin')) sections.push('verification');
  if (has('support') || has('admin')) sections.push('payments');
  if (has('admin')) sections.push('logs', 'operations');
  return sections;
}
