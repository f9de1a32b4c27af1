import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../../functions/core/series/names/closest.ts';
import { sourcesNamed, sourcesToOrder } from '../../../functions/core/series/names/named-sources.ts';
import { sources } from '../../../functions/sources/index.ts';

const KNOWN = ['klines', 'klines_spot', 'klines_perp', 'funding', 'gex'];

describe('a mistyped word', () => {
  it.each([
    ['klinse', ['klines']],
    ['KLINES', ['klines']],
    ['klines_sopt', ['klines_spot']],
    ['fundng', ['funding']],
    ['gec', ['gex']],
    ['bitcoin', []],
    ['', []],
  ])('%s means %j', (word, meant) => expect(closest(word, KNOWN)).toEqual(meant));

  it('is answered with what it may mean, or not at all', () => {
    expect(didYouMean('klinse', KNOWN)).toBe('Did you mean klines?');
    expect(didYouMean('bitcoin', KNOWN)).toBe('');
  });
});

describe('sources', () => {
  it('are named by family or id', () => {
    const named = sourcesNamed(sources, 'klines').map(({ id }) => id);
    expect(named.slice(0, 2)).toEqual(['klines_spot', 'klines_perp']);
    expect(named).toContain('mark_price_klines');
    expect(sourcesToOrder(sources, 'klines').map(({ id }) => id)).toEqual(['klines_spot', 'klines_perp']);
    expect(sourcesNamed(sources, 'klines_spot').map(({ id }) => id)).toEqual(['klines_spot']);
  });

  it('leaves out of an order what is ordered by its own name', () => {
    const { klines_spot, klines_perp } = sources;
    const known = { klines_spot: klines_spot!, klines_perp: { ...klines_perp!, byName: true as const } };
    const ids = (word: string) => sourcesToOrder(known, word).map(({ id }) => id);
    expect(ids('klines')).toEqual(['klines_spot']);
    expect(ids('klines_perp')).toEqual(['klines_perp']);
    expect(sourcesToOrder({ klines_perp: known.klines_perp }, 'klines')).toHaveLength(1);
  });

  it.each([
    ['klinse', /klinse: there is no such source\. Did you mean klines\?/],
    ['gold', /gold: there is no such source\. Use one of: klines, /],
  ])('%s is none', (word, message) => expect(() => sourcesNamed(sources, word)).toThrow(message));
});
