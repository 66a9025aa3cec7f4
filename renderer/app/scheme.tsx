import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { useCore } from '../state/core-state.ts';

/** Applies the theme setting; 'system' goes along with the desktop. */
export function SchemeFollower() {
  const choice = useCore((state) => state.settings.theme);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => setColorScheme(choice === 'system' ? 'auto' : choice), [choice, setColorScheme]);
  return null;
}
