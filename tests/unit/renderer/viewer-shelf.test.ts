import { describe, expect, it } from 'vitest';
import type { OpenDocument, ViewerDocument } from '#renderer/features/verification/viewer/open-document.ts';
import { createShelf } from '#renderer/features/verification/viewer/shelf.ts';

/** Opens nothing; notes what was opened and closed. */
function rig(maxOpen: number) {
  const events: string[] = [];
  const open = async (bytes: Uint8Array): Promise<OpenDocument> => {
    const name = `${bytes[0]}`;
    events.push(`open ${name}`);
    if (name === '9') throw new Error('damaged');
    return {
      type: 'pdf',
      pageCount: 1,
      pageSize: async () => ({ width: 100, height: 100 }),
      draw: async () => Promise.reject(new Error('no canvas here')),
      text: async () => '',
      notices: () => new Set(),
      onNotice: () => () => undefined,
      close: () => events.push(`close ${name}`),
    };
  };
  const warmed: string[] = [];
  return { events, warmed, shelf: createShelf(maxOpen, open, () => warmed.push('warm')) };
}

const documentOf = (name: number): ViewerDocument => ({
  id: `${name}`,
  name: `${name}.pdf`,
  bytes: Uint8Array.of(name),
});
const [one, two, three, bad] = [documentOf(1), documentOf(2), documentOf(3), documentOf(9)];

describe('the shelf of open documents', () => {
  it('opens a document once, however often it is asked for', async () => {
    const { shelf, events } = rig(2);
    expect(await shelf.open(one)).toBe(await shelf.open(one));
    expect(events).toEqual(['open 1']);
  });

  it('closes what was wanted longest ago, and never what is in view', async () => {
    const { shelf, events } = rig(2);
    await shelf.open(one);
    await shelf.open(two);
    shelf.release(two);
    await shelf.open(three);
    expect(events).toEqual(['open 1', 'open 2', 'open 3', 'close 2']);
    await shelf.open(two);
    expect(events).not.toContain('close 1');
  });

  it('opens again what has other bytes under the same id', async () => {
    const { shelf, events } = rig(2);
    await shelf.open(one);
    await shelf.open({ ...one, bytes: Uint8Array.of(4) });
    expect(events).toEqual(['open 1', 'open 4', 'close 1']);
  });

  it('tries a failed document anew when it is asked for again', async () => {
    const { shelf, events } = rig(2);
    await expect(shelf.open(bad)).rejects.toThrow('damaged');
    await expect(shelf.open(bad)).rejects.toThrow('damaged');
    expect(events).toEqual(['open 9', 'open 9']);
  });

  it('says nothing when preparing fails: whoever looks at it is told', async () => {
    const { shelf } = rig(2);
    await expect(shelf.prepare(bad, { width: 10, height: 10 }, 1)).resolves.toBeUndefined();
  });

  it('closes everything when the desk is left', async () => {
    const { shelf, events } = rig(4);
    await shelf.open(one);
    await shelf.open(two);
    shelf.clear();
    await expect
      .poll(() => events.filter((event) => event.startsWith('close')))
      .toEqual(['close 1', 'close 2']);
  });
});
