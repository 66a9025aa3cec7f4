import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packFrame, unpackFrame } from '#shared/rpc/binary';

describe('a frame that carries bytes', () => {
  it('comes out of the wire as it went in, whatever the words and the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom('', 'plain', 'déjà vu', '€ 𝄞 日本', 'quote " and \\ line'),
        fc.nat(),
        (bytes, name, id) => {
          const packed = packFrame({ t: 'ok', id, value: { name, bytes } });
          expect(packed).not.toBeNull();
          expect(unpackFrame(packed ?? new Uint8Array())).toEqual({ t: 'ok', id, value: { name, bytes } });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is only an answer with bytes in their place: everything else stays JSON', () => {
    for (const frame of [
      { t: 'ok', id: 1, value: { name: 'x' } },
      { t: 'ok', id: 1, value: { bytes: [1, 2] } },
      { t: 'ok', id: 1, value: { deeper: { bytes: Uint8Array.of(1) } } },
      { t: 'end', id: 1 },
      null,
      'text',
    ])
      expect(packFrame(frame)).toBeNull();
  });

  it('does not throw on rubbish', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (message) => {
        const frame = unpackFrame(message);
        expect(frame === undefined || typeof frame === 'object').toBe(true);
      }),
    );
    expect(unpackFrame(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1))).toBeUndefined();
    expect(unpackFrame(Uint8Array.of(0, 0, 0, 2, 0x5b, 0x5d))).toBeUndefined();
  });
});
