import { seriesLabel } from '../../../functions/core/series/series.ts';
import { normalize, subtract } from '../../../functions/core/time/range.ts';
import { iso, MINUTE } from '../../../functions/core/time/time.ts';
import { isTimeframe } from '../../../functions/core/time/timeframe.ts';
import type { MemoryWarehouse, Span } from '../../memory/ledger/warehouse.ts';

/** A job tries a chunk again as long as others of it get on, and once more. */
const MOST_FAILURES = 8;
/** Two jobs may request the same at about the same time. */
const MEANWHILE = 10 * MINUTE;

/** How often jobs have failed at their chunks. */
export class Failures {
  readonly #times = new Map<string, number>();

  /** @returns a breach in words */
  add(jobId: string, label: string): string[] {
    const key = `${jobId} ${label}`;
    const times = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, times);
    return times === MOST_FAILURES ? [`job ${jobId} has failed ${times} times at ${label} and goes on`] : [];
  }
}

const KLINES = /^GET https:\/\/(\w+)\.binance\.com\/f?api\/v\d\/klines\?(.*)$/;

/** What a function is about to request although the ledger has had all of it for a while. @returns a breach in words */
export function judgeRequest(warehouse: MemoryWarehouse, who: string, what: string, now: number): string[] {
  if (!who.startsWith('fetch-chunk ')) return [];
  const [, host, query] = KLINES.exec(what) ?? [];
  if (host === undefined) return [];
  const of = new URLSearchParams(query);
  const [symbol, timeframe] = [of.get('symbol') ?? '', of.get('interval') ?? ''];
  const [start, last] = [Number(of.get('startTime')), Number(of.get('endTime'))];
  if (start === 0 || last === 0 || !isTimeframe(timeframe)) return [];
  const series = { source: host === 'fapi' ? 'klines_perp' : 'klines_spot', symbol, timeframe };
  const { spans } = warehouse.book(series);
  const had = spans.filter((span: Span) => span.state === 'have' && span.fetchedAt < now - MEANWHILE);
  if (subtract([{ start, end: last + 1 }], normalize(had)).length > 0) return [];
  return [`${who} requests ${seriesLabel(series)} from ${iso(start)} again, which the ledger has`];
}
