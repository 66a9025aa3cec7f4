/**
 * Runs inside the worker that reads PDF files, before pdf.js. A few bytes of a file can unpack to gigabytes, and pdf.js
 * sets no limit: no single piece of memory may be larger than what an A4 page in colour at 600 dots an inch needs.
 * What pdf.js only warns of, a picture left out above all, is told to the page, which tells the reviewer.
 */

export type GuardMessage = { readonly viewer: 'too-much-inside' | 'image-left-out' | 'image-damaged' };

const maxPieceBytes = 160_000_000;

for (const name of ['ArrayBuffer', 'Uint8Array', 'Uint8ClampedArray'] as const) {
  const original = globalThis[name];
  const guarded = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === 'number' && args[0] > maxPieceBytes) {
        tell('too-much-inside');
        throw new RangeError('more memory than a document needs');
      }
      const made: unknown = Reflect.construct(target, args, newTarget === guarded ? target : newTarget);
      return made as object;
    },
  });
  Reflect.set(globalThis, name, guarded);
}

const warnings: readonly { readonly pattern: RegExp; readonly viewer: GuardMessage['viewer'] }[] = [
  { pattern: /exceeded maximum allowed size/i, viewer: 'image-left-out' },
  {
    pattern: /unable to decode image|unable to decode inline image|image.*(failed|error)/i,
    viewer: 'image-damaged',
  },
];

// The words may quote the document, so they go neither to the console nor any further than this.
console.warn = (...words: readonly unknown[]) => {
  const text = words.map(String).join(' ');
  for (const { pattern, viewer } of warnings) if (pattern.test(text)) return tell(viewer);
  return undefined;
};

function tell(viewer: GuardMessage['viewer']): void {
  postMessage({ viewer } satisfies GuardMessage);
}
