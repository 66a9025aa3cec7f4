import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Notice } from '../ui/notice.tsx';

/** An address that leads nowhere. */
export function LostScreen() {
  const navigate = useNavigate();
  return (
    <main>
      <Notice
        icon="question"
        title="There is nothing at this address"
        isPage
        actions={<Button onClick={() => void navigate({ to: '/home' })}>Go to the start</Button>}
      >
        <p>The link may be from another version of the console.</p>
      </Notice>
    </main>
  );
}
