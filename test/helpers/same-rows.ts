import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** As `toEqual`, of thousands of rows: that takes a second for each ten thousand, and only where rows differ it has something to show. */
export function expectSameRows(rows: readonly unknown[], expected: readonly unknown[]): void {
  expect(rows.length).toBe(expected.length);
  const differ = rows.flatMap((row, i) => (isDeepStrictEqual(row, expected[i]) ? [] : [i]));
  expect(differ.map((i) => [i, rows[i]])).toEqual(differ.map((i) => [i, expected[i]]));
}
