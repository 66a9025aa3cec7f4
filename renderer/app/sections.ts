import { sectionsOf, type Me, type Section } from '#shared/domain/roles';
import type { IconName } from '../ui/icons.tsx';

/** A section that this version has a screen for. */
export type BuiltSection = {
  section: Section;
  title: string;
  path: '/schedule' | '/verification';
  icon: IconName;
  chord: string;
};

const built: readonly BuiltSection[] = [
  { section: 'schedule', title: 'Schedule', path: '/schedule', icon: 'calendar', chord: 'G S' },
  { section: 'verification', title: 'Verification', path: '/verification', icon: 'paper', chord: 'G V' },
];

/** The user's sections that can be opened. */
export function openSections(me: Me): readonly BuiltSection[] {
  const allowed = sectionsOf(me);
  return built.filter(({ section }) => allowed.includes(section));
}

/** The user's sections that this version does not have yet, by name. */
export function missingSections(me: Me): readonly string[] {
  return sectionsOf(me)
    .filter((section) => !built.some((one) => one.section === section))
    .map((section) => names[section]);
}

/** Whether the user looks after other people's schedules instead of an own one. */
export function isStaffOnly(me: Me): boolean {
  return me.profileRole !== 'tutor' && sectionsOf(me).length > 0;
}

/** "Tutor", "Reviewer and support". */
export function roleLabel(me: Me): string {
  const roles = [...(me.profileRole === 'tutor' ? ['tutor'] : []), ...me.staffRoles];
  const text = roles.length > 0 ? roles.join(' and ') : (me.profileRole ?? 'no role');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const names: Readonly<Record<Section, string>> = {
  schedule: 'Schedule',
  verification: 'Verification',
  payments: 'Payments',
  logs: 'Logs',
  operations: 'Operations',
};
