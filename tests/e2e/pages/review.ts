import { expect, type Locator, type Page } from 'playwright/test';

export type ReviewPage = {
  readonly decision: Locator;
  readonly verdict: Locator;
  /** Why it cannot be decided yet, or that it can. */
  readonly why: Locator;
  readonly pane: Locator;
  readonly head: (name: string) => Locator;
  press(...keys: readonly string[]): Promise<void>;
  /** Answers every item of the checklist with a pass, by number. */
  passAll(): Promise<void>;
  enterGrade(subject: string, grade: string, year: string): Promise<void>;
};

export function reviewPage(page: Page): ReviewPage {
  const decision = page.getByRole('complementary', { name: 'Decision' });
  const verdict = decision.getByRole('group', { name: 'Verdict' });
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  return {
    decision,
    verdict,
    why: verdict.locator('#verdict-why'),
    pane: page.getByTestId('page-pane').first(),
    head: (name) => decision.getByRole('heading', { level: 2, name }),
    press,
    passAll: () => press('1', '2', '3', '4', '5', '6'),
    async enterGrade(subject, grade, year) {
      await decision.getByRole('combobox', { name: 'Subject' }).click();
      await page.keyboard.type(subject);
      await expect(page.getByRole('option', { name: subject })).toBeVisible();
      await page.keyboard.press('Enter');
      await expect(decision.getByRole('textbox', { name: 'Grade' })).toBeFocused();
      await page.keyboard.type(grade);
      await page.keyboard.press('Tab');
      await page.keyboard.type(year);
      await page.keyboard.press('Enter');
      await expect(decision.getByRole('list', { name: 'Grades entered' })).toContainText(subject);
      // Out of the field, so that single keys mean commands again.
      await page.keyboard.press('Escape');
      await page.evaluate(
        () => document.activeElement instanceof HTMLElement && document.activeElement.blur(),
      );
    },
  };
}

/** One click on a demo account; resolves when the desk is there and in sync. */
export async function signInAsReviewer(page: Page, email = 'reviewer@demo.itutor.tt'): Promise<void> {
  await page.getByRole('button', { name: email }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Verification' })).toBeAttached();
  await expect(page.getByRole('button', { name: /^Sync/ }).first()).toContainText(/Synced/);
}
