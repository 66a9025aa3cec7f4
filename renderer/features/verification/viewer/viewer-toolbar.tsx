import { ActionIcon, Tooltip } from '@mantine/core';
import { isSingleKey } from '#renderer/app/commands/keys.ts';
import { Keys } from '#renderer/app/commands/keys-hint.tsx';
import { useCommand } from '#renderer/app/commands/use-commands.ts';
import { useCore } from '#renderer/state/core-state.ts';
import { Icon, type IconName } from '#renderer/ui/icons.tsx';
import styles from './viewer.module.css';

type Props = {
  page: number;
  pageCount: number;
  zoom: number | null;
  isInverted: boolean;
  isComparing: boolean;
};

/** Every command of the viewer by mouse, with its key in the hint. */
export function ViewerToolbar({ page, pageCount, zoom, isInverted, isComparing }: Props) {
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Document">
      {pageCount > 1 && (
        <span className={styles.tools}>
          <Tool command="document.previousPage" icon="left" />
          <span className={styles.figure}>
            Page {page} of {pageCount}
          </span>
          <Tool command="document.nextPage" icon="right" />
        </span>
      )}
      <span className={styles.tools}>
        <Tool command="document.zoomOut" icon="minus" />
        <span className={styles.figure}>{zoom === null ? '–' : `${Math.round(zoom * 100)} %`}</span>
        <Tool command="document.zoomIn" icon="plus" />
        <Tool command="document.fit" icon="fit" />
        <Tool command="document.rotate" icon="rotate" />
        <Tool command="document.invert" icon="invert" isPressed={isInverted} />
      </span>
      <span className={styles.spring} />
      <Tool command="document.compare" icon="compare" isPressed={isComparing} />
      <Tool command="document.openExternally" icon="external" />
    </div>
  );
}

function Tool({ command: id, icon, isPressed }: { command: string; icon: IconName; isPressed?: boolean }) {
  const command = useCommand(id);
  const hasSingleKeys = useCore((state) => state.settings.singleKeyShortcuts);
  if (command === undefined) return null;
  const keys = command.keys?.find((one) => hasSingleKeys || !isSingleKey(one));
  return (
    <Tooltip
      label={
        <span className={styles.hint}>
          {command.title} {keys !== undefined && <Keys keys={keys} />}
        </span>
      }
    >
      <ActionIcon
        aria-label={command.title}
        {...(keys === undefined ? {} : { 'aria-keyshortcuts': keys === '+' ? 'Plus' : keys })}
        data-pressed={isPressed}
        disabled={command.isEnabled === false}
        onClick={command.run}
      >
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );
}
