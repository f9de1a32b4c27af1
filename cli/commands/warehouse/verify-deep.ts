import type { FollowedSeries } from '../../../functions/core/api/series/schemas.ts';
import { iso } from '../../../functions/core/time/time.ts';
import type { DeepCertificate } from '../../../functions/core/verify/deep/deep-certificate.ts';
import { sources } from '../../../functions/sources/index.ts';
import { eachSeries, refuseUnknownSymbols, type SeriesFilter } from '../../api/each-series.ts';
import { badInput } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { nothingLine } from '../../format/report.ts';
import { deepLine, deepVerdict, differentCandles } from '../../format/verify-deep.ts';
import { say } from '../../terminal.ts';
import { type Context, print, printJson } from '../context.ts';
import { labelSimulated } from '../simulated.ts';
import { periodsOf } from './verify-periods.ts';

export interface DeepOptions extends SeriesFilter {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

const isTrades = (id: string): boolean => sources[id]?.makesCandles !== undefined;

/** Compares candles made of the stored trades with the stored candles, day by day. Nothing is requested of a venue. */
export async function verifyDeep(context: Context, given: DeepOptions): Promise<number> {
  const api = context.api();
  const all = await eachSeries(given, (query) => api.call('listSeries', { query }));
  const other = all.find(({ source }) => !isTrades(source));
  if (given.sources && other) {
    const known = Object.keys(sources).filter(isTrades).join(', ');
    throw badInput(`--deep is about trades, and ${other.source} has none. Sources of trades: ${known}.`);
  }
  const series = all.filter(({ source }) => isTrades(source));
  await refuseUnknownSymbols(api, given, series);
  const { out, err } = context.terminal;
  await labelSimulated(context, api, given.json ? err : out);
  using stop = stopOn(context.terminal);
  const periods: DeepCertificate[] = [];
  for (const { one, range } of daysOf(series, given)) {
    const body = { source: one.source, symbol: one.symbol, from: iso(range.start), to: iso(range.end) };
    const found = await api.call('verifyDeep', { body, signal: stop.signal });
    periods.push(found);
    if (!given.json || err.isTTY) say(given.json ? err : out, deepLine(found, context.paint));
  }
  if (given.json) printJson(context, { verification: 'gordon-data verify --deep 1', api: api.url, periods });
  else {
    const empty = series.length === 0 ? [nothingLine(given)] : [];
    print(context, ...empty, ...differentCandles(periods), deepVerdict(periods, context.paint));
  }
  const compared = periods.some((one) => one.compared > 0);
  return compared && periods.every(({ different }) => different === 0) ? 0 : 1;
}

const daysOf = (series: readonly FollowedSeries[], given: DeepOptions) =>
  series.flatMap((one) => periodsOf(one, given, 'day').map((range) => ({ one, range })));
