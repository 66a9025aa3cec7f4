import { expect, type Page } from 'playwright/test';

/** One click on a demo account; resolves when the week is there. */
export async function signInAsTutor(page: Page, email = 'tutor@demo.itutor.tt'): Promise<void> {
  await page.getByRole('button', { name: email }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Schedule/ })).toBeVisible();
}
