import '#renderer/before-anything.ts';
import '@mantine/core/styles.css';
import '#renderer/styles/tokens.css';
import '#renderer/styles/base.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { create } from 'zustand';
import { Announcer } from '#renderer/app/announcer.tsx';
import { useCommandKeys } from '#renderer/app/commands/use-commands.ts';
import { ShortcutSheet, openShortcutSheet } from '#renderer/app/shortcut-sheet.tsx';
import { nonce } from '#renderer/nonce.ts';
import { cssVariables, theme } from '#renderer/theme.ts';
import type { ViewerDocument } from '#renderer/features/verification/viewer/open-document.ts';
import { fingerprint } from '#renderer/features/verification/viewer/fingerprint.ts';
import { shelf } from '#renderer/features/verification/viewer/desk-shelf.ts';
import { Viewer } from '#renderer/features/verification/viewer/viewer.tsx';

/** The viewer alone, under the console's own policy, for tests. What is shipped shows it inside the review desk. */

export type ViewerPage = {
  /** Fetches documents from `files/` and shows the first; the others are its earlier attempts. */
  show(file: string, earlier?: readonly string[]): Promise<void>;
  /** Fetches and prepares, as the desk does for the next case. */
  prepare(file: string): Promise<void>;
  /** Milliseconds from handing over a document that was prepared to its first page on the screen. */
  showPrepared(file: string): Promise<number>;
  fingerprint(file: string): Promise<string | null>;
  openSheet(): void;
  readonly seen: string[];
  readonly asked: string[];
};

declare global {
  interface Window {
    viewerPage?: ViewerPage;
  }
}

type Shown = { readonly document: ViewerDocument; readonly earlier: readonly string[] };

const fetched = new Map<string, Promise<ViewerDocument>>();

function load(file: string): Promise<ViewerDocument> {
  const known = fetched.get(file);
  if (known !== undefined) return known;
  const loading = fetch(`./files/${file}`).then(async (answer) => ({
    id: file,
    name: file,
    bytes: new Uint8Array(await answer.arrayBuffer()),
  }));
  fetched.set(file, loading);
  return loading;
}

const useShown = create<{ shown: Shown | null }>(() => ({ shown: null }));
let drawn = () => {};

const page: ViewerPage = {
  seen: [],
  asked: [],
  async show(file, earlier = []) {
    useShown.setState({ shown: { document: await load(file), earlier } });
  },
  async prepare(file) {
    const pane = document.querySelector('[data-testid="page-pane"]');
    const box = { width: pane?.clientWidth ?? 800, height: pane?.clientHeight ?? 600 };
    await shelf.prepare(await load(file), box, devicePixelRatio);
  },
  async showPrepared(file) {
    const ready = await load(file);
    const painted = Promise.withResolvers<number>();
    drawn = () => requestAnimationFrame(() => painted.resolve(performance.now()));
    const from = performance.now();
    useShown.setState({ shown: { document: ready, earlier: [] } });
    return (await painted.promise) - from;
  },
  fingerprint: async (file) => fingerprint(await load(file)),
  openSheet: openShortcutSheet,
};
window.viewerPage = page;

function onSeen(text: string): void {
  page.seen.push(text);
  drawn();
}

function Page() {
  const { shown } = useShown();
  useCommandKeys();
  return (
    <main style={{ height: '100vh' }}>
      <h1 className="visually-hidden">Viewer</h1>
      {shown !== null && (
        <Viewer
          content={{ state: 'ready', document: shown.document }}
          earlier={shown.earlier.map((file) => ({
            id: file,
            label: `Attempt ${file}`,
            load: () => load(file),
          }))}
          onOpenExternally={() => page.asked.push(shown.document.name)}
          onRetry={() => undefined}
          onPageSeen={(number, count) => onSeen(`${shown.document.name} ${number}/${count}`)}
        />
      )}
      <Announcer />
      <ShortcutSheet />
      <section id="popups" aria-label="Pop-ups" />
    </main>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Page />
    </MantineProvider>
  </StrictMode>,
);
