import { describe, expect, it } from 'vitest';
import { binanceListing } from '../../../functions/sources/binance/listing.ts';

const KEY = 'data/spot/monthly/klines/币安人生USDT/1h/币安人生USDT-1h-2026-01.zip';
const page = (key: string, encoding = ''): Uint8Array =>
  new TextEncoder().encode(
    `<ListBucketResult>${encoding}<IsTruncated>false</IsTruncated><Contents><Key>${key}</Key>` +
      '<LastModified>2026-02-02T08:00:00.000Z</LastModified></Contents></ListBucketResult>',
  );

describe('a key in Chinese', () => {
  it.each([
    ['as it is', page(KEY)],
    [
      'percent-encoded, where the answer says so',
      page(encodeURIComponent(KEY), '<EncodingType>url</EncodingType>'),
    ],
  ])('is read %s', (_, body) => {
    expect(binanceListing.parse(body).objects.map(({ path }) => path)).toEqual([`/${KEY}`]);
  });

  it('is no reason to decode another one', () => {
    expect(binanceListing.parse(page('a%2Fb')).objects[0]!.path).toBe('/a%2Fb');
  });
});
