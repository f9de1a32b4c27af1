import * as z from 'zod';
import { AGGREGATED } from '../aggregates/aggregates.ts';
import { parseInput } from '../errors/bad-request.ts';
import type { NewJob } from '../jobs/ports.ts';
import { candleRange } from '../queries/candle-query.ts';
import { CandleTime, TimeframeText } from '../queries/fields.ts';
import { iso } from '../time/time.ts';
import { type CreatePorts, createJob } from './create-job.ts';

/** The body of `POST /api/backfill`. Times as `candleTime` reads them. */
export const CandleBody = z.strictObject({
  symbol: z.string(),
  start: CandleTime.optional(),
  end: CandleTime.optional(),
  /** defaults to `5m`, which the aggregates are made of */
  timeframe: TimeframeText.optional(),
});

/**
 * Orders the candles of one symbol: a job like any other.
 * @throws GordonError `BadRequest`; nothing was entered then
 */
export async function loadCandles(
  ports: CreatePorts,
  body: unknown,
  key?: { readonly key: string; readonly digest: string },
  quote?: Parameters<typeof createJob>[3],
): Promise<NewJob> {
  const { symbol, timeframe, ...times } = parseInput(CandleBody, body, 'the order');
  const { start, end } = candleRange(times, ports.clock());
  const order = {
    source: AGGREGATED.source,
    symbols: [symbol],
    timeframe: timeframe ?? AGGREGATED.timeframe,
    ...(start !== undefined && { from: iso(start) }),
    ...(end !== undefined && { to: iso(end) }),
  };
  return createJob(ports, order, key, quote);
}
