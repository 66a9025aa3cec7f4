import { Outlet } from '@tanstack/react-router';
import { sectionsOf } from '#shared/domain/roles';
import { NobodyScreen } from './nobody-screen.tsx';
import { FrameCommands } from './frame-commands.tsx';
import { NoticeWatcher } from './notice-watcher.tsx';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import { ReadOnlyBanner, SignInAgainBanner } from './session-banners.tsx';
import { RefusalWatcher } from './refusal-watcher.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { SignOutDialog } from './sign-out-dialog.tsx';
import { TopBar } from './top-bar.tsx';
import { useMe } from './use-me.ts';
import styles from './frame.module.css';

/** What surrounds every section: navigation, command field, sync, user. */
export function Frame() {
  const me = useMe();
  if (me === null) return null;
  if (sectionsOf(me).length === 0) {
    return (
      <>
        <NobodyScreen me={me} />
        <SignOutDialog />
      </>
    );
  }
  return (
    <div className={styles.frame}>
      <a className="skip-link" href="#content" onClick={focusContent}>
        Skip to content
      </a>
      <TopBar me={me} />
      <Navigation me={me} />
      <main className={styles.content} id="content" tabIndex={-1}>
        <SignInAgainBanner />
        <ReadOnlyBanner />
        <div className={styles.screen}>
          <Outlet />
        </div>
      </main>
      <FrameCommands me={me} />
      <Palette />
      <ShortcutSheet />
      <SignOutDialog />
      <RefusalWatcher />
      <NoticeWatcher />
    </div>
  );
}

// The hash belongs to the router, so the link may not change the address.
function focusContent(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
