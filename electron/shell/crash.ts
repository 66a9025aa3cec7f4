import type { BrowserWindow } from 'electron';

type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

const limit = { count: 3, milliseconds: 60_000 };

/**
 * Loads the page again when its process dies, at most three times a minute; then says so and leaves the choice to the
 * user. Nothing is lost either way: edits are in the core, not in the page.
 */
export function recoverWindow(
  window: BrowserWindow,
  effects: {
    readonly now: () => number;
    readonly log: Log;
    readonly ask: () => Promise<'reload' | 'quit'>;
    readonly quit: () => void;
  },
): void {
  const { now, log, ask, quit } = effects;
  const crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    const time = now();
    crashes.push(time);
    const recent = crashes.filter((crash) => time - crash < limit.milliseconds).length;
    log('shell.page.gone', { reason, exitCode, recent });
    if (recent <= limit.count) {
      window.webContents.reload();
      return;
    }
    ask().then(
      (answer) => (answer === 'reload' ? window.webContents.reload() : quit()),
      (error: unknown) => log('shell.dialog.failed', { error }),
    );
  });
}
