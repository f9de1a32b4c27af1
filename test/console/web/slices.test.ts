import { describe, expect, it } from 'vitest';
import { parseInSlices, slices } from '../../../console/web/lib/slices.ts';

describe('a slice of work', () => {
  it('lasts ten milliseconds, and so does the next one', async () => {
    let now = 0;
    const due = slices(() => now);
    expect(due()).toBeUndefined();
    now = 10;
    await due();
    expect(due()).toBeUndefined();
    now = 19;
    expect(due()).toBeUndefined();
    now = 20;
    expect(due()).toBeInstanceOf(Promise);
  });
});

describe('JSON in slices', () => {
  const element = (n: number) => ({
    name: `a "quoted" \\ name, with ] and } and ${n}`,
    runs: Array.from({ length: 20 }, (_, i) => ({ i, empty: {}, of: [i, [n]] })),
  });
  const long = Array.from({ length: 1_000 }, (_, n) => element(n));

  it.each([
    ['an array', long],
    ['an array of all kinds', [1, 'x', null, true, [], {}, ...long]],
    ['an object', { long }],
    ['little', [1, 2]],
    ['nothing', []],
  ])('is the same as at once: %s', async (_name, value) => {
    expect(await parseInSlices(JSON.stringify(value))).toEqual(value);
    expect(await parseInSlices(JSON.stringify(value, undefined, 1))).toEqual(value);
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, -1)],
    ['cut in an element', (text: string) => text.slice(0, -9)],
    ['continued', (text: string) => `${text}]`],
    ['with a hole', (text: string) => text.replace('},{"name"', '},,{"name"')],
  ])('is refused where it is %s', async (_name, broken) => {
    await expect(parseInSlices(broken(JSON.stringify(long)))).rejects.toThrow(SyntaxError);
  });
});
