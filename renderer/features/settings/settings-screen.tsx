import { Button, SegmentedControl, Switch } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { announce } from '#renderer/app/announcer.tsx';
import { checkLabel } from '#renderer/app/sync-label.ts';
import { CommandButton } from '#renderer/app/commands/command-button.tsx';
import { openShortcutSheet } from '#renderer/app/shortcut-sheet.tsx';
import { themes } from '#renderer/app/theme-switch.tsx';
import { core } from '#renderer/rpc.ts';
import { useCore, writeSettings } from '#renderer/state/core-state.ts';
import { toAppError } from '#renderer/state/live.ts';
import { Icon } from '#renderer/ui/icons.tsx';
import styles from './settings-screen.module.css';

type Info = { version: string; host: string; platform: string; abilities: readonly string[] };

/** What one can set, where the console is connected, and what support will ask for. */
export function SettingsScreen() {
  const settings = useCore((state) => state.settings);
  return (
    <div className={styles.screen} tabIndex={0} role="region" aria-label="Settings">
      <h1 className={styles.title}>Settings</h1>
      <Part title="Appearance">
        <Line label="Theme" hint="Like the system follows your desktop, also when it changes in the evening.">
          <SegmentedControl
            aria-label="Theme"
            value={settings.theme}
            onChange={(value) => {
              const theme = themes.find((one) => one.value === value);
              if (theme !== undefined) void writeSettings({ theme: theme.value });
            }}
            data={themes.map(({ value, label }) => ({ value, label }))}
          />
        </Line>
      </Part>
      <Part title="Keyboard">
        <Line
          label="Single-key shortcuts"
          hint="A to accept, Z to undo and so on. Turn them off if keys are pressed by accident or you speak to type; everything stays in reach through the palette and Ctrl shortcuts."
        >
          <Switch
            aria-label="Single-key shortcuts"
            withThumbIndicator={false}
            checked={settings.singleKeyShortcuts}
            onChange={(event) => void writeSettings({ singleKeyShortcuts: event.currentTarget.checked })}
          />
        </Line>
        <Line label="All shortcuts" hint="Press ? on any screen.">
          <Button variant="default" leftSection={<Icon name="keyboard" />} onClick={openShortcutSheet}>
            Show
          </Button>
        </Line>
      </Part>
      <ConnectionPart />
      <DataPart />
      <AboutPart />
    </div>
  );
}

function ConnectionPart() {
  const connection = useCore((state) => state.connection);
  if (connection === null) return null;
  const sources = {
    environment: 'It is set by the environment the console was started in.',
    saved: 'It was entered on the connection screen. To use another backend, sign out first.',
    none: 'No backend is configured.',
  } as const;
  return (
    <Part title="Connection">
      <Line
        label="Backend"
        hint={connection.isEmbedded ? 'It runs on this machine, with demo data.' : sources[connection.source]}
      >
        <code className={styles.code}>{connection.url ?? 'none'}</code>
      </Line>
    </Part>
  );
}

function DataPart() {
  const check = useCore((state) => state.sync?.lastCheck ?? null);
  const offset = useCore((state) => state.sync?.serverOffset ?? 0);
  const result = check === null ? 'It was not checked yet.' : `Last checked ${checkLabel(check, offset)}.`;
  return (
    <Part title="Local data">
      <Line
        label="Self-check"
        hint={`Compares every row kept on this machine with the server, hourly and when you ask. ${result}`}
      >
        <CommandButton command="console.check" variant="default" />
      </Line>
      <Line
        label="Data health"
        hint="How this machine stands against the server, in numbers, with what failed lately."
      >
        <CommandButton command="go.health" variant="default">
          Open
        </CommandButton>
      </Line>
    </Part>
  );
}

function AboutPart() {
  const [info, setInfo] = useState<Info | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    void core(stop.signal)
      .then((client) => client['app.info']({}, stop.signal))
      .then(setInfo)
      // Nothing depends on it; the line just stays empty.
      .catch(() => undefined);
    return () => stop.abort();
  }, []);
  const copy = async () => {
    try {
      const client = await core();
      await navigator.clipboard.writeText((await client['diagnostics.read']({})).text);
      announce('Copied');
      setCopied('Copied to the clipboard.');
    } catch (thrown) {
      setCopied(toAppError(thrown).message);
    }
  };
  const [copied, setCopied] = useState<string | null>(null);
  return (
    <Part title="About">
      <Line
        label="iTutor Console"
        hint={
          info === null
            ? ''
            : `${info.host === 'electron' ? 'Desktop window' : 'In the browser'}, ${info.platform}`
        }
      >
        <span>{info === null ? '' : `Version ${info.version}`}</span>
      </Line>
      <Line
        label="Diagnostics"
        hint={
          copied ?? 'What support asks for when something is wrong. Holds no names, addresses or documents.'
        }
      >
        <Button variant="default" leftSection={<Icon name="copy" />} onClick={() => void copy()}>
          Copy
        </Button>
      </Line>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2 className={styles.heading}>{title}</h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}

function Line({ label, hint, children }: { label: string; hint: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <div>
        <p className={styles.label}>{label}</p>
        {hint !== '' && <p className={styles.hint}>{hint}</p>}
      </div>
      <div className={styles.control}>{children}</div>
    </div>
  );
}
