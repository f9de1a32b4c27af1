import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { iso } from '../../../functions/core/time/time.ts';
import type { Timeframe } from '../../../functions/core/time/timeframe.ts';
import type { PeriodCertificate } from '../../../functions/core/verify/certificate.ts';
import { sources } from '../../../functions/sources/index.ts';
import { eachSeries, refuseUnknownSymbols, type SeriesFilter } from '../../api/each-series.ts';
import { verify as verifyPeriod } from '../../api/repeated.ts';
import { stopOn } from '../../follow/stop.ts';
import { nothingLine } from '../../format/report.ts';
import { certificateLine, verdictLine } from '../../format/verify.ts';
import { say } from '../../terminal.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';
import { labelSimulated } from '../simulated.ts';
import { verifyDeep } from './verify-deep.ts';
import { checkBounds, periodsOf } from './verify-periods.ts';

interface VerifyOptions extends SeriesFilter {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly deep?: boolean;
}

export function addVerify(program: Command, context: Context, handle: Handle): void {
  const command = program
    .command('verify')
    .description('load everything once more, compare each stored row with it, and certify');
  options
    .addSeriesRange(command, context.terminal)
    .option('--deep', 'make candles of the stored trades and compare them with the stored candles')
    .option('--json', 'print the certificate as one JSON document')
    .addHelpText('after', HELP)
    .action(handle((given: VerifyOptions) => verify(context, given)));
}

const HELP = `
Rows are not changed; each difference is recorded in market_data.findings. Two warehouses hold the same when the
"sha256" of their certificates are the same: it is made of the rows alone, month by month.

Example:
  gordon-data verify --source klines_spot --symbol BTCUSDT --from 2025-01-01 --to 2025-04-01 --json
  gordon-data verify --deep --source trades_spot --from 2025-03-01 --to 2025-03-02

--deep requests nothing. It makes candles of stored trades (trades_spot, trades_perp) and compares them with the stored candles of 1m, where
both are there: prices and counts exactly, volumes up to rounding. A minute that differs is listed, and is a finding of the trades
until a later --deep finds it mended.

What a venue cannot repeat, such as snapshots, is counted and not compared. Where the time before a listing or after a
delisting was proven by a check of the symbol's lives that is more than a week old, the verdict is "outdated":
watch-instruments checks again.

Exit codes: 0 identical; 1 different, outdated, or nothing was compared, or it failed; 2 unknown source, symbol or series, or
bad options; 130 interrupted`;

async function verify(context: Context, given: VerifyOptions): Promise<number> {
  checkBounds(given);
  if (given.deep) return verifyDeep(context, given);
  const api = context.api();
  // Not the report: it counts what somebody deleted first, and what is known to be missing is not compared.
  const series = await eachSeries(given, (query) => api.call('listSeries', { query }));
  await refuseUnknownSymbols(api, given, series);
  const { out, err } = context.terminal;
  await labelSimulated(context, api, given.json ? err : out);
  const orders = series.flatMap((one) => periodsOf(one, given, unitOf(one)).map((range) => ({ one, range })));
  using stop = stopOn(context.terminal);
  const periods: PeriodCertificate[] = [];
  for (const { one, range } of orders) {
    const { source, symbol } = one;
    const order = { source, symbol, timeframe: one.timeframe as Timeframe };
    const span = { from: iso(range.start), to: iso(range.end) };
    const period = await verifyPeriod(api, { ...order, ...span }, stop.signal);
    periods.push(period);
    if (!given.json || err.isTTY) say(given.json ? err : out, certificateLine(period, context.paint));
  }
  const certificate = sign(api.url, context.terminal.clock(), given, periods);
  if (given.json) printJson(context, certificate);
  else {
    const empty = series.length === 0 ? [nothingLine(given)] : [];
    print(context, ...empty, verdictLine(periods, certificate.sha256, context.paint));
  }
  return certificate.identical ? 0 : 1;
}

/** As long as one answer holds: sources with many rows are fetched, and verified, by day. */
function unitOf({ source, timeframe }: { readonly source: string; readonly timeframe: string }) {
  const spec = Object.values(sources).find(({ id }) => id === source);
  return spec?.chunkUnit(timeframe as Timeframe) === 'day' ? 'day' : 'month';
}

/** The document. Its hash is of what both of two warehouses have: series, periods, rows. */
function sign(url: string, now: number, given: VerifyOptions, periods: readonly PeriodCertificate[]) {
  const hash = createHash('sha256');
  for (const { source, symbol, timeframe, from, to, rows, first, last, sha256 } of periods) {
    hash.update(`${JSON.stringify([source, symbol, timeframe, from, to, rows, first, last, sha256])}\n`);
  }
  const compared = periods.reduce((sum, period) => sum + period.compared, 0);
  return {
    certificate: 'gordon-data verify 1',
    api: url,
    made_at: iso(now),
    requested: {
      source: given.sources?.join(','),
      symbol: given.symbols?.join(','),
      from: given.from,
      to: given.to,
    },
    identical:
      periods.every(({ verdict }) => verdict !== 'different' && verdict !== 'outdated') && compared > 0,
    rows: periods.reduce((sum, { rows }) => sum + rows, 0),
    compared,
    sha256: hash.digest('hex'),
    periods,
  };
}
