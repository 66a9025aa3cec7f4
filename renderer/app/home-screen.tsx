import { Button } from '@mantine/core';
import { Navigate, useNavigate } from '@tanstack/react-router';
import { Notice } from '../ui/notice.tsx';
import { missingSections, openSections } from './sections.ts';
import { useMe } from './use-me.ts';

/** Leads to the user's first section; says so when this version has none for their role yet. */
export function HomeScreen() {
  const me = useMe();
  const navigate = useNavigate();
  if (me === null) return null;
  const first = openSections(me)[0];
  if (first !== undefined) return <Navigate to={first.path} replace />;
  const missing = missingSections(me).join(' and ').toLowerCase();
  return (
    <Notice
      icon="calendar"
      title={`Hello ${me.displayName.split(' ')[0]}`}
      isPage
      actions={<Button onClick={() => void navigate({ to: '/settings' })}>Open settings</Button>}
    >
      <p>
        Your role works with {missing}, which this version of the console does not have yet. You are signed in
        and your data stays in sync, so that it is there on the day it arrives.
      </p>
    </Notice>
  );
}
