import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { core } from '#renderer/rpc.ts';
import { toAppError } from '#renderer/state/live.ts';
import styles from './sign-in-screen.module.css';

type Props = {
  /** When only the password is missing. */
  email?: string;
  onDone?: () => void;
};

/** Works with password managers and paste (WCAG 3.3.8); keeps what was typed when it fails. */
export function SignInForm({ email: fixedEmail, onDone }: Props) {
  const [email, setEmail] = useState(fixedEmail ?? '');
  const [password, setPassword] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const passwordField = useRef<HTMLInputElement>(null);

  const submit = async () => {
    setIsBusy(true);
    setProblem(null);
    try {
      const client = await core();
      await client['session.signIn']({ email: email.trim(), password });
      onDone?.();
    } catch (thrown) {
      const error = toAppError(thrown);
      setProblem(
        error.code === 'BAD_CREDENTIALS'
          ? 'E-mail and password do not belong together. Check both; capitals count in the password.'
          : error.message,
      );
      passwordField.current?.select();
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {problem !== null && (
        <p className={styles.problem} role="alert" id="sign-in-problem">
          {problem}
        </p>
      )}
      <TextInput
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        readOnly={fixedEmail !== undefined}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        autoFocus={fixedEmail === undefined}
      />
      <PasswordInput
        ref={passwordField}
        label="Password"
        name="password"
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        data-autofocus={fixedEmail !== undefined || undefined}
        {...(problem === null ? {} : { 'aria-describedby': 'sign-in-problem', 'aria-invalid': true })}
      />
      <Button type="submit" size="sm" fullWidth loading={isBusy}>
        Sign in
      </Button>
    </form>
  );
}
