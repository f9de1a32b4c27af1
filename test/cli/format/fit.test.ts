import { describe, expect, it } from 'vitest';
import { wrapText } from '../../../cli/format/fit.ts';

describe('a text on a terminal', () => {
  it('is broken between words, behind an indentation', () => {
    expect(wrapText('✓ one two three', 9, 2)).toEqual(['✓ one two', '  three']);
    expect(wrapText('    one two three', 11, 4)).toEqual(['    one two', '    three']);
  });

  it('is one line where it fits, and where no terminal is', () => {
    expect(wrapText('one  two', 8, 2)).toEqual(['one  two']);
    expect(wrapText('one two', undefined, 2)).toEqual(['one two']);
  });

  it('keeps a command and what is longer than a line in one piece', () => {
    expect(wrapText('See `make dev-up` now', 14, 2)).toEqual(['See', '  `make dev-up`', '  now']);
    expect(wrapText('a /a/very/long/path b', 8, 2)).toEqual(['a', '  /a/very/long/path', '  b']);
  });

  it('is measured as it is seen: colours take no place, and letters of some scripts two', () => {
    expect(wrapText('\u001b[31mone\u001b[39m two', 7, 2)).toHaveLength(1);
    expect(wrapText('币安 人生', 8, 2)).toEqual(['币安', '  人生']);
  });
});
