import { expect, it } from 'vitest';
import { RowsQuery } from '../../../functions/core/queries/parameters.ts';
import { parseRowsRequest } from '../../../functions/core/queries/tables.ts';
import { sources } from '../../../functions/sources/index.ts';

it.each([
  ['spot_kline', 'Did you mean spot_klines'],
  ['price_klines_5h', 'Did you mean price_klines'],
  ['pg_class', 'GET /data lists the tables.'],
])('there is no table %s, and which may be meant', (name, remedy) => {
  expect(() => parseRowsRequest(sources, name, RowsQuery.parse({}))).toThrow(
    expect.objectContaining({
      code: 'unknown-table',
      subject: name,
      remedy: expect.stringContaining(remedy),
    }),
  );
});
