import { Button } from '@mantine/core';
import { announce } from '#renderer/app/announcer.tsx';
import { sayTrouble } from '#renderer/state/edits.ts';
import { showToast } from '#renderer/state/toasts.ts';

/** Puts a plain text on the clipboard and says so. */
export function CopyButton({ text, about }: { text: string; about: string }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce('Copied');
      showToast({ tone: 'calm', title: 'Copied to the clipboard', millis: 2_000 });
    } catch {
      sayTrouble('Not copied', 'The clipboard cannot be reached.');
    }
  };
  return (
    <Button variant="default" onClick={() => void copy()}>
      Copy<span className="visually-hidden">: {about}</span>
    </Button>
  );
}
