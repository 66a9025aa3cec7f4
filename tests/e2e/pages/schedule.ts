import { expect, type Locator, type Page } from 'playwright/test';

/** The week, by what people see and screen readers say. */
export type SchedulePage = {
  /** A booking on the grid, by its start and student as they are written on it. */
  block(start: string, student: string): Locator;
  /** A day's column, such as 'Friday 20 November 2026'. */
  day(name: string): Locator;
  readonly requests: Locator;
  readonly details: Locator;
  readonly pill: Locator;
  button(name: string): Locator;
  select(start: string, student: string): Promise<void>;
  /** Drags a booking by its top until its top lies at a time of a day. */
  drag(block: Locator, to: { readonly day: string; readonly hour: number }): Promise<void>;
  /** Moves the booking that is selected with the form of the details pane. */
  moveByForm(to: { readonly day: string; readonly start: string }): Promise<void>;
  syncNow(): Promise<void>;
};

export function schedulePage(page: Page): SchedulePage {
  const details = page.getByRole('region', { name: 'Details', exact: true });
  const grid = page.locator('[data-scroller]');
  const pill = page.getByRole('region', { name: 'Console' }).getByRole('button', { name: pillText });
  const block = (start: string, student: string) =>
    grid.getByRole('button', { name: new RegExp(`${start} .*${student}`) });
  const day = (name: string) => page.getByRole('region', { name, exact: true });
  return {
    block,
    day,
    details,
    pill,
    requests: page.getByRole('region', { name: 'Requests' }),
    button: (name) => details.getByRole('button', { name: new RegExp(`^${name}`) }),
    async select(start, student) {
      await block(start, student).click();
      await expect(details).toContainText(student);
    },
    async drag(from, to) {
      await from.scrollIntoViewIfNeeded();
      const start = await boxOf(from);
      const column = await boxOf(day(to.day));
      await page.mouse.move(start.x + start.width / 2, start.y + 6);
      await page.mouse.down();
      const y = column.y + (column.height / 24) * to.hour + 6;
      await page.mouse.move(column.x + column.width / 2, y - 20, { steps: 4 });
      await page.mouse.move(column.x + column.width / 2, y, { steps: 2 });
      await page.mouse.up();
    },
    async moveByForm({ day: date, start }) {
      const form = page.getByRole('form', { name: 'Move without dragging' });
      await form.getByRole('combobox', { name: 'Day' }).fill(date);
      await page.getByRole('option', { name: date }).click();
      await form.getByRole('combobox', { name: 'Start' }).fill(start);
      await page.getByRole('option', { name: start, exact: true }).click();
      await form.getByRole('button', { name: 'Move', exact: true }).click();
    },
    async syncNow() {
      await pill.click();
      // The dialog is named by the pill, whatever that says at the moment.
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Sync now/ })
        .click();
      await page.keyboard.press('Escape');
    },
  };
}

/** Everything that the sync pill says. */
const pillText = /Starting|Offline|attention|trouble|Getting|Sending|waiting|paused|Not synced|Synced/;

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  return box;
}
