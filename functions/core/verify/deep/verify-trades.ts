import { badRequest } from '../../errors/bad-request.ts';
import type { FindingBook, SeriesCatalog } from '../../ledger/ports.ts';
import type { CoverageQueries } from '../../queries/ports.ts';
import type { Series } from '../../series/series.ts';
import type { Finding, Source, Sources } from '../../series/source.ts';
import { timeColumn } from '../../series/table.ts';
import {
  clip,
  contains,
  intersect,
  measure,
  normalize,
  type Range,
  type RangeSet,
} from '../../time/range.ts';
import { DAY, iso, MINUTE } from '../../time/time.ts';
import type { StoredRows } from '../ports.ts';
import { requireKnown } from '../require-known.ts';
import { compareCandles, type FieldDifference } from './compare-candles.ts';
import type { DeepCertificate, DifferentCandle } from './deep-certificate.ts';
import { CandleMaker, candleReader, type MadeCandle, tradeReader } from './made-candles.ts';

export interface DeepPorts {
  readonly queries: Pick<CoverageQueries, 'ledger'>;
  readonly stored: StoredRows;
  readonly catalog: Pick<SeriesCatalog, 'requested'>;
  readonly findings: FindingBook;
  readonly sources: Sources;
}

/** The kind of the findings. */
export const CANDLE_DIFFERS = 'candle-differs';

/** More spans than a day has minutes. */
const MOST_SPANS = 10_000;
/** Differences that are listed one by one; all are counted. */
const MOST_DIFFERENCES = 20;
const MOST_FINDINGS = 100;

/**
 * Makes candles of the stored trades of a series and compares them with the stored candles of the same symbol, minute by minute, where
 * the ledger has both. Nothing is requested of the venue, and no row is changed. What differs becomes a finding of the trades; one that
 * was made earlier and no longer holds goes.
 * @param range a day at most; memory does not grow with its trades
 * @throws GordonError `no-trades`, `more-than-a-day`, `unknown-series`, and what stores throw
 */
export async function verifyTrades(ports: DeepPorts, series: Series, range: Range): Promise<DeepCertificate> {
  const source = ports.sources[series.source]!;
  const candles = candlesOf(ports.sources, source);
  if (measure([range]) > DAY) {
    const message = `${iso(range.start)} to ${iso(range.end)} is longer than a day.`;
    throw badRequest('more-than-a-day', 'the range', message);
  }
  const candleSeries: Series = { source: candles.id, symbol: series.symbol, timeframe: '1m' };
  const [ours, theirs] = await Promise.all([held(ports, series, range), held(ports, candleSeries, range)]);
  if (ours.length === 0) await requireKnown(ports.catalog, series);
  const both = intersect(ours, theirs);
  const made = new Minutes(madeOf(ports, source, series, range));
  let [compared, different] = [0, 0];
  const differences: DifferentCandle[] = [];
  const findings: Finding[] = [];
  for await (const { time, candle } of storedOf(ports, candles, candleSeries, range)) {
    if (!contains(both, time)) continue;
    compared += 1;
    const fields = compareCandles((await made.at(time))?.candle, candle);
    if (fields.length === 0) continue;
    different += 1;
    if (differences.length < MOST_DIFFERENCES) differences.push({ time: iso(time), fields });
    if (findings.length < MOST_FINDINGS) findings.push(findingOf(time, fields, candles.id));
  }
  await made.end();
  const about = { object: `verify --deep ${candles.id}`, jobId: 'verify' };
  await ports.findings.settle(series, { kinds: [CANDLE_DIFFERS], range }, findings, about);
  return {
    source: series.source,
    symbol: series.symbol,
    candles: candles.id,
    from: iso(range.start),
    to: iso(range.end),
    trades: made.trades,
    compared,
    not_compared: Math.floor(measure([range]) / MINUTE) - compared,
    different,
    differences,
    verdict: different > 0 ? 'different' : compared > 0 ? 'identical' : 'not-compared',
  };
}

/** @throws GordonError `no-trades` */
function candlesOf(sources: Sources, source: Source): Source {
  const candles = source.makesCandles === undefined ? undefined : sources[source.makesCandles];
  if (candles) return candles;
  const others = Object.values(sources).filter(({ makesCandles }) => makesCandles !== undefined);
  const remedy = `Sources of trades are ${others.map(({ id }) => id).join(', ')}.`;
  throw badRequest('no-trades', source.id, 'it has no trades, of which candles could be made.', remedy);
}

async function held({ queries }: DeepPorts, series: Series, range: Range): Promise<RangeSet> {
  const spans = await queries.ledger(series, range, MOST_SPANS);
  return clip(normalize(spans.filter(({ state }) => state === 'have')), range);
}

async function* storedOf(
  { stored }: DeepPorts,
  { table }: Source,
  series: Series,
  range: Range,
): AsyncGenerator<MadeCandle> {
  const read = candleReader(table, timeColumn(table));
  for await (const rows of stored.read(series, range)) for (const cells of rows) yield read(cells);
}

type Piece = { readonly trades: number } | { readonly made: MadeCandle };

/** The candles that the trades make, in order, with how many rows were read. */
async function* madeOf(
  { stored }: DeepPorts,
  { table }: Source,
  series: Series,
  range: Range,
): AsyncGenerator<Piece> {
  const read = tradeReader(table);
  const maker = new CandleMaker();
  for await (const rows of stored.read(series, range)) {
    yield { trades: rows.length };
    for (const cells of rows) {
      const made = maker.add(read(cells));
      if (made) yield { made };
    }
  }
  const last = maker.end();
  if (last) yield { made: last };
}

/** Goes through the candles of the trades beside the stored ones, both in order. */
class Minutes {
  trades = 0;
  #next: MadeCandle | undefined;
  readonly #pieces: AsyncGenerator<Piece>;

  constructor(pieces: AsyncGenerator<Piece>) {
    this.#pieces = pieces;
  }

  /** The candle of a minute; minutes before it are passed over. */
  async at(minute: number): Promise<MadeCandle | undefined> {
    while (this.#next === undefined || this.#next.time < minute) {
      this.#next = await this.#read();
      if (this.#next === undefined) return undefined;
    }
    return this.#next.time === minute ? this.#next : undefined;
  }

  /** Counts the rest. */
  async end(): Promise<void> {
    while ((await this.#read()) !== undefined);
  }

  async #read(): Promise<MadeCandle | undefined> {
    for (;;) {
      const { value, done } = await this.#pieces.next();
      if (done) return undefined;
      if ('made' in value) return value.made;
      this.trades += value.trades;
    }
  }
}

function findingOf(time: number, fields: readonly FieldDifference[], candles: string): Finding {
  const named = fields.map(({ field, made, stored }) => `${field} ${made} instead of ${stored}`);
  return {
    kind: CANDLE_DIFFERS,
    time,
    until: time + MINUTE,
    detail: {
      message: `the stored trades make a candle with ${named.join(', ')} of ${candles}`,
      ...Object.fromEntries(
        fields.flatMap(({ field, made, stored }) => [
          [`${field} made`, made],
          [`${field} stored`, stored],
        ]),
      ),
    },
  };
}
