import type { MenuItemConstructorOptions } from 'electron';

/** A command that the menu offers. */
export type MenuCommand = {
  readonly menu: 'file' | 'view' | 'help';
  readonly label: string;
  readonly accelerator?: string;
  readonly run: () => void;
};

/** The application menu: what every desktop program has, and the given commands in their places. */
export function menuTemplate(
  commands: readonly MenuCommand[],
  platform: NodeJS.Platform,
  hasDevTools: boolean,
): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const of = (menu: MenuCommand['menu']): MenuItemConstructorOptions[] =>
    commands
      .filter((command) => command.menu === menu)
      .map(({ label, accelerator, run }) => ({
        label,
        click: run,
        ...(accelerator === undefined ? {} : { accelerator }),
      }));
  const separated = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
    items.length === 0 ? [] : [...items, { type: 'separator' }];
  return [
    ...(isMac ? [{ role: 'appMenu' as const }] : []),
    { role: 'fileMenu', submenu: [...separated(of('file')), { role: isMac ? 'close' : 'quit' }] },
    { role: 'editMenu' },
    {
      role: 'viewMenu',
      submenu: [
        ...separated(of('view')),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(hasDevTools ? [{ role: 'toggleDevTools' as const }] : []),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [...of('help'), ...(isMac ? [] : [{ role: 'about' as const }])] },
  ];
}
