import { eachSeries, refuseUnknownSymbols, type SeriesFilter } from '../../api/each-series.ts';
import { type Column, table } from '../../format/table.ts';
import { dayOrTime, duration } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';

export interface SeriesOptions extends SeriesFilter {
  readonly json?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: 'Source' },
  { title: 'Symbol' },
  { title: 'Timeframe', rank: 2 },
  { title: 'From', rank: 0 },
  { title: 'To', rank: 1 },
  { title: 'Since', rank: 3 },
  { title: 'Followed' },
];

export async function listSeries(context: Context, { json, ...filter }: SeriesOptions): Promise<number> {
  const api = context.api();
  const series = await eachSeries(filter, (query) => api.call('listSeries', { query }));
  await refuseUnknownSymbols(api, filter, series);
  if (json) printJson(context, series);
  else {
    const rows = series.map((one) => [
      one.source,
      one.symbol,
      one.timeframe,
      dayOrTime(one.from),
      dayOrTime(one.to),
      one.since === null ? '' : dayOrTime(one.since),
      one.every_seconds === null ? 'no' : `every ${duration(one.every_seconds)}`,
    ]);
    print(context, ...(rows.length > 0 ? table(COLUMNS, rows, context) : ['Nothing is requested yet.']));
    const [{ family = 'klines', symbol = 'BTCUSDT' } = {}] = series;
    print(context, `add: gordon-data backfill ${family} trigger --symbols ${symbol}`);
    print(context, `remove: gordon-data backfill unfollow ${family} --symbols ${symbol}`);
  }
  return 0;
}
