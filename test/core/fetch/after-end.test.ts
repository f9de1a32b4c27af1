import { expect, it } from 'vitest';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { afterEnd } from '../../../functions/core/fetch/after-end.ts';
import type { FetchContext } from '../../../functions/core/fetch/fetch-context.ts';
import type { Listing, Source } from '../../../functions/core/series/source.ts';
import type { Batch } from '../../../functions/core/series/table.ts';
import { HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { TRADES_COLUMN } from '../../../functions/sources/binance/klines/klines.ts';
import { funding_binance } from '../../../functions/sources/funding/funding_binance.ts';
import { klines_perp } from '../../../functions/sources/klines/klines_perp.ts';

const T0 = Date.UTC(2022, 8, 15);
const ended = (hour: number): Listing => ({ listedAt: 0, delistedAt: T0 + hour * HOUR });

/** A day of minutes of which those from an instant on were not traded; or of settlements that are all alike from there on. */
function batch(source: Source, frozenFrom: number, step: number, rows: number): Batch {
  const times = Float64Array.from({ length: rows }, (_, i) => T0 + i * step);
  const values = times.map((time, i) =>
    time < T0 + frozenFrom ? i + 1 : source === klines_perp ? 0 : 0.0001,
  );
  const place = source === klines_perp ? TRADES_COLUMN : source.traded!.frozen.column;
  const columns = source.table.columns.map((_, c) => (c === place ? values : times));
  return { length: rows, times, columns };
}

async function look(rows: Batch, listing: Listing | GordonError, source: Source = klines_perp) {
  let looked = 0;
  const context = {
    source,
    series: { source: source.id, symbol: 'X', timeframe: source === klines_perp ? '1m' : '1h' },
    listing: async () => {
      looked++;
      if (listing instanceof GordonError) throw listing;
      return listing;
    },
  } as unknown as FetchContext;
  const wanted = [{ start: T0, end: Number.POSITIVE_INFINITY }];
  const found = await afterEnd(context, rows, wanted);
  return [looked, found.map(({ time, until, detail }) => [iso(time!), iso(until!), detail.rows])];
}

const minutes = (from: number) => batch(klines_perp, from, MINUTE, 1_440);
const refused = new GordonError({
  name: 'PermanentError',
  code: 'venue-refused',
  subject: 'x',
  message: 'no.',
});

it.each<[string, Batch, Listing | GordonError, unknown]>([
  [
    'all that lies after the end',
    minutes(9 * HOUR),
    ended(9),
    [1, [['2022-09-15T09:00:00Z', '2022-09-16T00:00:00Z', 900]]],
  ],
  ['nothing of a symbol that lives', minutes(9 * HOUR), { listedAt: 0 }, [1, []]],
  ['nothing of a symbol of which nobody says whether it lives', minutes(9 * HOUR), refused, [1, []]],
  [
    'nothing where it was traded to the end of the file, without a lookup',
    minutes(24 * HOUR),
    ended(9),
    [0, []],
  ],
  ['nothing of some quiet minutes, without a lookup', minutes(23 * HOUR + MINUTE), ended(9), [0, []]],
  [
    'what lies between two lives',
    minutes(2 * HOUR),
    {
      listedAt: 0,
      lives: [
        { start: 0, end: T0 + 2 * HOUR },
        { start: T0 + 23 * HOUR, end: Number.POSITIVE_INFINITY },
      ],
    },
    [1, [['2022-09-15T02:00:00Z', '2022-09-15T23:00:00Z', 21 * 60]]],
  ],
])('marks %s', async (_what, rows, listing, found) => {
  expect(await look(rows, listing)).toEqual(found);
});

it('marks settlements of one rate after the end of their perpetual', async () => {
  const rows = batch(funding_binance, 16 * HOUR, 8 * HOUR, 9);
  expect(await look(rows, ended(9), funding_binance)).toEqual([
    1,
    [['2022-09-15T16:00:00Z', '2022-09-17T17:00:00Z', 7]],
  ]);
});
