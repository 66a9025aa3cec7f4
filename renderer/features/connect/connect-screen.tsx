import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type * as z from 'zod';
import type { connectionReport } from '#shared/rpc/contract';
import { announce } from '#renderer/app/announcer.tsx';
import { core } from '#renderer/rpc.ts';
import { readConnection } from '#renderer/state/core-state.ts';
import { toAppError } from '#renderer/state/live.ts';
import { EntryPage } from '#renderer/ui/entry-page.tsx';
import { looksSecret } from './looks-secret.ts';
import { ProbeResult } from './probe-result.tsx';
import styles from './connect-screen.module.css';

type Report = z.infer<typeof connectionReport>;
type Refusal = { title: string; text: string };

/** Asks which backend to work with, and checks the answer before keeping it. */
export function ConnectScreen() {
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState<'probe' | 'save' | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const given = { url: url.trim(), key: key.trim() };
  const isChecked = report !== null && report.problem === null;

  const run = async (what: 'probe' | 'save') => {
    setRefusal(null);
    if (looksSecret(given.key)) {
      // Refused here already, so that it never leaves the field.
      setKey('');
      setRefusal(secretRefusal);
      announce(secretRefusal.title);
      return;
    }
    setBusy(what);
    try {
      const client = await core();
      if (what === 'probe') {
        const answer = await client['connection.probe'](given);
        setReport(answer);
        announce(answer.problem ?? 'Everything needed is there. You can connect.');
      } else {
        await client['connection.save'](given);
        await readConnection();
      }
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'SECRET_KEY_REFUSED') {
        setKey('');
        setRefusal(secretRefusal);
      } else setRefusal({ title: 'Not connected', text: error.message });
    } finally {
      setBusy(null);
    }
  };
  const change = (set: (value: string) => void) => (event: React.ChangeEvent<HTMLInputElement>) => {
    set(event.currentTarget.value);
    setReport(null);
    setRefusal(null);
  };

  return (
    <EntryPage
      title="Connect to your backend"
      lead={
        <p>The address and publishable key of your Supabase project. An administrator can give you both.</p>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void run(isChecked ? 'save' : 'probe');
        }}
      >
        <TextInput
          label="Address"
          placeholder="https://project.supabase.co"
          type="url"
          inputMode="url"
          spellCheck={false}
          autoComplete="url"
          required
          withAsterisk={false}
          autoFocus
          value={url}
          onChange={change(setUrl)}
        />
        <TextInput
          label="Publishable key"
          description="Begins with sb_publishable_. A secret key is refused."
          spellCheck={false}
          autoComplete="off"
          required
          withAsterisk={false}
          value={key}
          onChange={change(setKey)}
        />
        {refusal !== null && (
          <div className={styles.refusal} role="alert">
            <p className={styles.refusalTitle}>{refusal.title}</p>
            <p>{refusal.text}</p>
          </div>
        )}
        {report !== null && <ProbeResult report={report} />}
        <Button type="submit" size="sm" fullWidth loading={busy !== null}>
          {isChecked ? 'Connect' : 'Check'}
        </Button>
      </form>
    </EntryPage>
  );
}

const secretRefusal: Refusal = {
  title: 'That is a secret key',
  text: 'It opens every row to whoever holds it and must never leave the server, so the console does not take it and has cleared the field. Use the publishable key (sb_publishable_…, formerly “anon”). If the secret key was shown to others, have it replaced.',
};
