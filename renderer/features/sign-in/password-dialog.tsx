import { Modal } from '@mantine/core';
import { SignInForm } from './sign-in-form.tsx';

type Props = { email: string; isOpen: boolean; onClose: () => void };

/** Asks for the password again when the session has ended, without leaving the screen. */
export function PasswordDialog({ email, isOpen, onClose }: Props) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Sign in again" size={400}>
      <SignInForm email={email} onDone={onClose} />
    </Modal>
  );
}
