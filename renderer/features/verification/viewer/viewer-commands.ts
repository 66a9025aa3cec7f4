import { announce } from '#renderer/app/announcer.tsx';
import type { Command } from '#renderer/app/commands/registry.ts';
import { useCommands } from '#renderer/app/commands/use-commands.ts';
import type { ChangeView } from './use-pane-gestures.ts';
import { fitNext, rotate, zoomBy, zoomTo, type View } from './view.ts';

type Parts = {
  readonly view: View;
  readonly changeView: ChangeView;
  readonly page: number;
  readonly pageCount: number;
  readonly turnPage: (by: 1 | -1) => void;
  readonly canCompare: boolean;
  readonly isComparing: boolean;
  readonly compare: () => void;
  readonly openExternally: () => void;
  /** Whether a document is open that can be moved about. */
  readonly isOpen: boolean;
};

/** What can be done with the document in view, while it is in view. */
export function useViewerCommands(parts: Parts): void {
  const { view, changeView, page, pageCount, turnPage, isOpen } = parts;
  const change = (next: (view: View) => View, say: (view: View) => string) =>
    changeView((before) => {
      const after = next(before);
      // After the state has changed, so that both see the same.
      queueMicrotask(() => announce(say(after)));
      return after;
    });
  const zoomText = (after: View) => `Zoom ${Math.round(after.zoom * 100)} percent`;
  const commands: Command[] = [
    {
      id: 'document.zoomIn',
      title: 'Zoom in',
      group: 'Document',
      keys: ['+', '='],
      run: () => change((before) => zoomBy(before, 1), zoomText),
    },
    {
      id: 'document.zoomOut',
      title: 'Zoom out',
      group: 'Document',
      keys: ['-'],
      run: () => change((before) => zoomBy(before, -1), zoomText),
    },
    {
      id: 'document.actualSize',
      title: 'Actual size',
      group: 'Document',
      keys: ['0'],
      keywords: 'zoom 100 percent',
      run: () => change((before) => zoomTo(before, 1), zoomText),
    },
    {
      id: 'document.fit',
      title: view.fit === 'page' ? 'Fit width' : 'Fit page',
      group: 'Document',
      keys: ['F'],
      run: () => change(fitNext, (after) => (after.fit === 'width' ? 'Fits in width' : 'Fits as a whole')),
    },
    {
      id: 'document.rotate',
      title: 'Rotate a quarter turn',
      group: 'Document',
      keys: ['R'],
      keywords: 'turn clockwise sideways',
      run: () => change(rotate, (after) => `Turned by ${after.rotation} degrees`),
    },
    {
      id: 'document.invert',
      title: view.isInverted ? 'Show its own colours' : 'Invert colours',
      group: 'Document',
      keys: ['I'],
      keywords: 'negative dark faint',
      run: () =>
        change(
          (before) => ({ ...before, isInverted: !before.isInverted }),
          (after) => (after.isInverted ? 'Colours inverted' : 'Own colours'),
        ),
    },
  ];
  useCommands([
    ...commands.map((command) => ({ ...command, isEnabled: isOpen })),
    {
      id: 'document.previousPage',
      title: 'Previous page',
      group: 'Document',
      keys: ['['],
      isEnabled: isOpen && page > 1,
      run: () => turnPage(-1),
    },
    {
      id: 'document.nextPage',
      title: 'Next page',
      group: 'Document',
      keys: [']'],
      isEnabled: isOpen && page < pageCount,
      run: () => turnPage(1),
    },
    {
      id: 'document.compare',
      title: parts.isComparing ? 'Stop comparing' : 'Compare with an earlier attempt',
      group: 'Document',
      keys: ['C'],
      keywords: 'side by side before previous upload',
      isEnabled: parts.canCompare,
      run: parts.compare,
    },
    {
      id: 'document.openExternally',
      title: 'Open externally',
      group: 'Document',
      keywords: 'download save another program',
      run: parts.openExternally,
    },
  ]);
}
