import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WholeLines } from '../../../functions/sources/csv/whole-lines.ts';

it('gives back every byte in order, and each piece but the last ends a line', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', '\n'), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 6 }), (whole, cuts) => {
      const file = new TextEncoder().encode(whole);
      const borders = [0, ...cuts.filter((cut) => cut < file.length), file.length].sort((a, b) => a - b);
      const lines = new WholeLines();
      let out = '';
      for (const [i, border] of borders.entries()) {
        // What zlib gives is a Buffer, whose `slice` is not a copy.
        const piece = Buffer.from(file.subarray(borders[i - 1] ?? 0, border));
        for (const part of lines.push(piece)!) {
          expect(part.at(-1)).toBe(10);
          out += new TextDecoder().decode(part);
        }
        piece.fill(0);
      }
      const rest = new TextDecoder().decode(lines.end());
      expect(rest).not.toContain('\n');
      expect(out + rest).toBe(whole);
    }),
  );
});

it('does not gather a file that has no lines', () => {
  const lines = new WholeLines();
  const piece = new Uint8Array(40_000).fill(97);
  expect(lines.push(piece)).toEqual([]);
  expect(lines.push(piece)).toBeUndefined();
});
