import { Button, type ButtonProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useCore } from '#renderer/state/core-state.ts';
import { isSingleKey } from './keys.ts';
import { Keys } from './keys-hint.tsx';
import { isMac, useCommand } from './use-commands.ts';

type Props = Omit<ButtonProps, 'children'> & {
  command: string;
  children?: ReactNode;
  /** Leaves it out, instead of greying it out, while it cannot be done. */
  isHiddenWhenOff?: boolean;
};

/** A button for a registered command, with its key on it. Shows nothing while the command is not offered. */
export function CommandButton({ command: id, children, isHiddenWhenOff = false, ...rest }: Props) {
  const command = useCommand(id);
  const hasSingleKeys = useCore((state) => state.settings.singleKeyShortcuts);
  if (command === undefined || (isHiddenWhenOff && command.isEnabled === false)) return null;
  const keys = command.keys?.find((one) => hasSingleKeys || !isSingleKey(one));
  return (
    <Button
      {...rest}
      disabled={command.isEnabled === false || rest.disabled === true}
      rightSection={keys === undefined ? undefined : <Keys keys={keys} />}
      {...(keys === undefined ? {} : { 'aria-keyshortcuts': ariaKeys(keys) })}
      onClick={command.run}
    >
      {children ?? command.title}
    </Button>
  );
}

function ariaKeys(keys: string): string {
  return keys.replaceAll('mod', isMac ? 'Meta' : 'Control');
}
