import { expect, test, type Page } from 'playwright/test';
import { windowAround } from '#seed/calendar';
import { made, type Medium } from '#seed/documents/media';
import { a4, text } from '#seed/documents/sheet';
import type { Flaw } from '#seed/verification/flaws';
import { planVerification } from '#seed/verification/plan';

const sheet = { ...a4, marks: [text(60, 90, 'CANDIDATE 1600450123', { size: 16 })] };
const density = 36;
const [width, height] = [(a4.width * density) / 72, (a4.height * density) / 72].map(Math.round);

test('Chromium sees in every kind of seeded picture what was drawn, the right way up', async ({ page }) => {
  const media: readonly Medium[] = ['png', 'png scan', 'jpeg scan', 'jpeg photo', 'jpeg sideways', 'webp'];
  for (const medium of media) {
    const { bytes, contentType } = made([sheet], { name: 'seen', medium, density });
    const seen = await decoded(page, bytes, contentType);
    // A photograph shows some of the table, too.
    const border = medium === 'jpeg photo' || medium === 'jpeg sideways' ? 26 : 0;
    expect({ medium, width: seen?.width, height: seen?.height }).toEqual({
      medium,
      width: (width ?? 0) + border,
      height: (height ?? 0) + border,
    });
    // The line of print lies in the upper fifth, and nothing in the lower half.
    expect(seen?.darkest.top, medium).toBeLessThan(140);
    expect(seen?.darkest.bottom, medium).toBeGreaterThan(150);
  }
});

test('Chromium refuses the pictures that are empty, scrambled or of a phone', async ({ page }) => {
  const { cases } = planVerification([], 1, windowAround('2026-11-18'));
  const damaged: readonly Flaw[] = ['empty', 'scrambled', 'heic'];
  const files = cases.filter((planned) => damaged.includes(planned.flaw)).flatMap((planned) => planned.files);
  const pictures = files.filter((file) => file.contentType.startsWith('image/'));
  expect(pictures.length).toBeGreaterThan(4);
  for (const file of pictures)
    expect(await decoded(page, file.bytes?.() ?? Buffer.alloc(0), file.contentType)).toBeNull();
});

type Seen = {
  readonly width: number;
  readonly height: number;
  /** The darkest grey in the middle of the upper fifth and of the lower half. */
  readonly darkest: { readonly top: number; readonly bottom: number };
};

function decoded(page: Page, bytes: Buffer, type: string): Promise<Seen | null> {
  return page.evaluate(
    async ({ data, type: contentType }) => {
      const body = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([body], { type: contentType })).catch(() => null);
      if (image === null) return null;
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const darkestOf = (from: number, to: number) => {
        const [left, top] = [Math.round(image.width * 0.15), Math.round(image.height * from)];
        const area = context?.getImageData(
          left,
          top,
          Math.round(image.width * 0.6),
          Math.round(image.height * (to - from)),
        );
        return Math.min(...(area?.data ?? []).filter((_, at) => at % 4 === 0));
      };
      return {
        width: image.width,
        height: image.height,
        darkest: { top: darkestOf(0.06, 0.2), bottom: darkestOf(0.5, 0.9) },
      };
    },
    { data: bytes.toString('base64'), type },
  );
}
