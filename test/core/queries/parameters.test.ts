import { expect, it } from 'vitest';
import * as queries from '../../../functions/core/queries/parameters.ts';
import { RetentionBody } from '../../../functions/core/upkeep/retention.ts';

const REQUIRED = { source: 'klines_spot', symbol: 'BTCUSDT', symbols: 'BTCUSDT' };
const shapes = Object.entries(queries).flatMap(([name, query]) => {
  if (typeof query !== 'object' || !('shape' in query)) return [];
  const own = Object.keys(query.shape);
  const valid = Object.fromEntries(Object.entries(REQUIRED).filter(([key]) => own.includes(key)));
  return ['symbol', 'symbols'].filter((key) => own.includes(key)).map((key) => ({ name, query, key, valid }));
});

// PostgreSQL refuses a NUL in a text, which would be an error of ours.
it.each(shapes.filter(({ name }) => name !== 'CandlesQuery'))(
  '$name: $key has no control character',
  ({ query, key, valid }) => {
    expect(query.safeParse(valid).success).toBe(true);
    for (const bad of ['\0', 'BTC\0USDT', 'BTC\nUSDT', '']) {
      expect(query.safeParse({ ...valid, [key]: bad }).success, JSON.stringify(bad)).toBe(false);
    }
  },
);

it('the reason of a retention is one line of text', () => {
  const valid = { source: 'klines', keep_days: 1, reason: 'zwei Jahre genügen, 币安' };
  expect(RetentionBody.safeParse(valid).success).toBe(true);
  for (const reason of ['', '\0', 'a\nb', 'x'.repeat(201)])
    expect(RetentionBody.safeParse({ ...valid, reason }).success, JSON.stringify(reason)).toBe(false);
});

it('has every query with a symbol', () => {
  expect(shapes.length).toBeGreaterThanOrEqual(6);
});
