import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../../functions/core/series/names/closest.ts';
import { sourcesNamed } from '../../../functions/core/series/names/named-sources.ts';
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
    expect(sourcesNamed(sources, 'klines').map(({ id }) => id)).toEqual(['klines_spot', 'klines_perp']);
    expect(sourcesNamed(sources, 'klines_spot').map(({ id }) => id)).toEqual(['klines_spot']);
  });

  it.each([
    ['klinse', /klinse: there is no such source\. Did you mean klines\?/],
    ['gold', /gold: there is no such source\. Use one of: klines, /],
  ])('%s is none', (word, message) => expect(() => sourcesNamed(sources, word)).toThrow(message));
});
