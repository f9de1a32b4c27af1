import { describe, expect, it } from 'vitest';
import { fileWish, isSuffix } from '../../../functions/core/queries/export/byte-range.ts';

const file = { bytes: 100, etag: '"abc"' };
const whole = { status: 200 };

describe('what a request wants of a file of 100 bytes', () => {
  it.each([
    ['no range', {}, whole],
    ['the first ten', { range: 'bytes=0-9' }, { status: 206, start: 0, end: 10 }],
    ['one byte', { range: 'bytes=5-5' }, { status: 206, start: 5, end: 6 }],
    ['from the middle on', { range: 'bytes=50-' }, { status: 206, start: 50, end: 100 }],
    ['the last eight', { range: 'bytes=-8' }, { status: 206, start: 92, end: 100 }],
    ['the last of more than there are', { range: 'bytes=-262144' }, { status: 206, start: 0, end: 100 }],
    ['beyond the end, cut', { range: 'bytes=90-500' }, { status: 206, start: 90, end: 100 }],
    ['spaces and capitals', { range: 'Bytes = 0 - 9' }, { status: 206, start: 0, end: 10 }],
    ['nothing of it', { range: 'bytes=100-' }, { status: 416 }],
    ['the last none', { range: 'bytes=-0' }, { status: 416 }],
    ['an end before its start', { range: 'bytes=9-5' }, whole],
    ['no number', { range: 'bytes=-' }, whole],
    ['words', { range: 'bytes=a-b' }, whole],
    ['another unit', { range: 'rows=0-9' }, whole],
    ['several ranges', { range: 'bytes=0-1,5-6' }, whole],
    ['a range of this file', { range: 'bytes=0-9', 'if-range': '"abc"' }, { status: 206, start: 0, end: 10 }],
    ['a range of another file', { range: 'bytes=0-9', 'if-range': '"old"' }, whole],
    ['a range by a weak tag', { range: 'bytes=0-9', 'if-range': 'W/"abc"' }, whole],
    ['a range by a date', { range: 'bytes=0-9', 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' }, whole],
    ['what is known', { 'if-none-match': '"abc"' }, { status: 304 }],
    ['what is known, in a list', { 'if-none-match': '"x", W/"abc"' }, { status: 304 }],
    ['anything new', { 'if-none-match': '*' }, { status: 304 }],
    ['what is not known', { 'if-none-match': '"x"', range: 'bytes=0-9' }, { status: 206, start: 0, end: 10 }],
    ['a known file before its range', { 'if-none-match': '"abc"', range: 'bytes=0-9' }, { status: 304 }],
  ])('%s', (_, headers, wish) => {
    expect(fileWish(headers, file)).toEqual(wish);
  });

  it('is a suffix where the range counts from the end', () => {
    expect(['bytes=-8', 'bytes=0-8', undefined].map(isSuffix)).toEqual([true, false, false]);
  });
});
