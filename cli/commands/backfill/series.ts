import { table } from '../../format/table.ts';
import { dayOrTime, duration } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';

export interface SeriesOptions {
  readonly source?: string;
  readonly symbol?: string;
  readonly json?: boolean;
}

const COLUMNS = ['Source', 'Symbol', 'Timeframe', 'From', 'To', 'Since', 'Followed'].map((title) => ({
  title,
}));

export async function listSeries(context: Context, { json, ...filter }: SeriesOptions): Promise<number> {
  const series = await context.api().call('listSeries', { query: filter });
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
    print(
      context,
      ...(rows.length > 0 ? table(COLUMNS, rows, context.paint) : ['Nothing is requested yet.']),
    );
    const [{ family = 'klines', symbol = 'BTCUSDT' } = {}] = series;
    print(context, `add: gordon-data backfill ${family} trigger --symbols ${symbol}`);
    print(context, `remove: gordon-data backfill unfollow ${family} --symbols ${symbol}`);
  }
  return 0;
}
