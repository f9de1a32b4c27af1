import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { PagesTier, Parsed, Source } from '../../core/series/source.ts';
import { sliceBatch } from '../../core/series/table.ts';
import { ceilTo, HOUR } from '../../core/time/time.ts';
import { listIn, stampIn, textNumberIn } from '../bybit/envelope.ts';
import { lifeOfPerpetual, requestFor } from '../bybit/perpetual.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { LONGEST_INTERVAL } from './intervals.ts';
import {
  AROUND,
  dueAt,
  fundingSource,
  fundingTable,
  type Settlement,
  settlementRows,
} from './settlements.ts';

const table = fundingTable('bybit');
const LIMIT = 200;

/** @throws GordonError `malformed-rows` */
function parse(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const list = listIn(body, subject);
  const bad = new BadCells(subject, HOUR);
  const settlements = list.flatMap((row, i): Settlement[] => {
    const { symbol, fundingRate, fundingRateTimestamp } = (row ?? {}) as Record<string, unknown>;
    const [stamp, rate] = [stampIn(fundingRateTimestamp), textNumberIn(fundingRate)];
    if (symbol !== series.symbol) throw malformed(subject, `row ${i + 1} is not a settlement.`);
    if (stamp === undefined) bad.note(undefined, 'fundingRateTimestamp', fundingRateTimestamp);
    else if (rate === undefined) bad.note(dueAt(stamp), 'fundingRate', fundingRate);
    else return [{ stamp, rate }];
    return [];
  });
  const unread = bad.findings(settlements.length);
  const { batch, findings: odd } = settlementRows(table, series, settlements);
  const findings = [...unread, ...odd];
  // The oldest rows of a full page need neighbours on the next one for their intervals, so they are requested there again.
  const from = list.length >= LIMIT ? 2 : 0;
  return { batch: sliceBatch(batch, from, batch.length), findings, rowsInBody: list.length };
}

/** Newest first; a start without an end is refused. */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: LIMIT,
  request: ({ symbol }, { start, end }) =>
    requestFor('/v5/market/funding/history', {
      symbol,
      startTime: start - AROUND,
      endTime: end + AROUND - 1,
      limit: LIMIT,
    }),
  parse,
};

/** Bybit USDT perpetual funding: `GET /v5/market/funding/history`. Not verified against the live venue. */
export const funding_bybit: Source = {
  id: 'funding_bybit',
  ...fundingSource,
  title: 'Bybit USDT perpetual funding rates',
  table,
  tiers: [rest],
  // The first settlement comes after one whole interval, and even the longest interval settles on its multiples.
  listing: lifeOfPerpetual((minute) => ceilTo(minute + LONGEST_INTERVAL, LONGEST_INTERVAL)),
};
