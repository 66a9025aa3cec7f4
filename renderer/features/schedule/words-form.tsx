import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import styles from './action-forms.module.css';

type Props = {
  title: string;
  label: string;
  hint?: string;
  submit: string;
  /** Characters that are needed at least. */
  least?: number;
  isDanger?: boolean;
  /** What stands in it at first. */
  initial?: string;
  onSubmit: (words: string) => Promise<string | null>;
  onClose: () => void;
};

/** Asks for a few words and does the thing. Ctrl+Enter sends, Escape closes. */
export function WordsForm({
  title,
  label,
  hint,
  submit,
  least = 0,
  isDanger = false,
  initial = '',
  onSubmit,
  onClose,
}: Props) {
  const [words, setWords] = useState(initial);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async () => {
    const text = words.trim();
    if (text.length < least) {
      setProblem(
        least === 1 ? 'Write a reason.' : `Write ${least - text.length} more characters (at least ${least}).`,
      );
      return;
    }
    if ((await onSubmit(text)) !== null) onClose();
  };
  return (
    <form
      className={styles.form}
      aria-label={title}
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
      <h3 className={styles.title}>{title}</h3>
      <Textarea
        label={label}
        description={hint}
        maxLength={2000}
        autoFocus
        value={words}
        error={problem}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setProblem(null);
        }}
      />
      <div className={styles.buttons}>
        <Button type="submit" color={isDanger ? 'red' : 'brand'}>
          {submit}
        </Button>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
      </div>
    </form>
  );
}
