import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { toAppError } from '#renderer/state/live.ts';
import styles from './verdict-form.module.css';

type Props = {
  label: string;
  description: string;
  submit: string;
  /** Does it; what it throws is shown, and what was written stays. */
  onSubmit: (words: string) => Promise<void>;
  onClose: () => void;
};

/** Asks for a few words in place. Ctrl+Enter sends, Escape closes. */
export function WordsEntry({ label, description, submit, onSubmit, onClose }: Props) {
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const send = async () => {
    const text = words.trim();
    if (text === '') {
      setProblem('Write a few words.');
      return;
    }
    setIsBusy(true);
    try {
      await onSubmit(text);
      onClose();
    } catch (thrown) {
      setProblem(toAppError(thrown).message);
      setIsBusy(false);
    }
  };
  return (
    <form
      className={styles.form}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void send();
        }
      }}
    >
      <Textarea
        label={label}
        description={description}
        maxLength={4000}
        autoFocus
        value={words}
        error={problem}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <div className={styles.buttons}>
        <Button type="submit" loading={isBusy}>
          {submit}
        </Button>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
      </div>
    </form>
  );
}
