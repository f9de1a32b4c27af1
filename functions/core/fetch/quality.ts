import type { Page } from '../ledger/coverage.ts';
import { seriesLabel } from '../series/series.ts';
import type { Finding, Sources } from '../series/source.ts';
import { type Batch, type ColumnData, type TableSpec, timeColumn } from '../series/table.ts';
import { stepOf, type Timeframe } from '../time/timeframe.ts';

/**
 * Checks rows on their way in and reports what cannot be right, or hardly: nothing is changed, for the venue's word is what is
 * stored. One pass over the numbers of a batch. Neighbouring rows with the same fault are one finding, from the first row's
 * instant to the end of the last.
 *
 * Kinds: `ohlc-inconsistent`, a high below or a low above another price of the candle; `non-positive-price`;
 * `negative-volume`; `scale-jump`, a value at least 500 times the one before or less than a 500th of it: a unit was
 * changed, or a decimal point lost.
 */
export class Quality {
  readonly #table: TableSpec;
  readonly #step: number;
  readonly #column: ReadonlyMap<string, number>;
  /** of the newest row that was checked */
  #last: { readonly time: number; readonly value: number } | undefined;

  constructor(table: TableSpec, timeframe: Timeframe) {
    this.#table = table;
    this.#step = stepOf(timeframe);
    this.#column = new Map(table.columns.map(({ name }, c) => [name, c]));
  }

  /** The page with its findings. Pages may come in any order of time; jumps are looked for between neighbours. */
  check(page: Page): Page {
    const findings = this.#findings(page.rows);
    return findings.length === 0 ? page : { ...page, findings: [...page.findings, ...findings] };
  }

  #findings(batch: Batch): Finding[] {
    if (batch.length === 0) return [];
    return [...this.#candles(batch), ...this.#prices(batch), ...this.#volumes(batch), ...this.#jumps(batch)];
  }

  #candles(batch: Batch): Finding[] {
    const [open, high, low, close] = CANDLE.map((name) => this.#numbers(batch, name));
    if (!open || !high || !low || !close) return [];
    return this.#runs(
      batch,
      'ohlc-inconsistent',
      (i) =>
        high[i]! < low[i]! ||
        high[i]! < open[i]! ||
        high[i]! < close[i]! ||
        low[i]! > open[i]! ||
        low[i]! > close[i]!,
      (i) => ({ open: open[i]!, high: high[i]!, low: low[i]!, close: close[i]! }),
    );
  }

  #prices(batch: Batch): Finding[] {
    if (this.#table.signed) return [];
    const columns = this.#named(batch, PRICES);
    // Almost always nothing is odd: that is found out column by column, for a call for each row costs more than all else here.
    // An option far from the money may be worth nothing, and nothing else may.
    const least = this.#column.has('strike') ? 0 : Number.MIN_VALUE;
    if (!columns.some(([, values]) => anyBelow(values, least))) return [];
    const odd = (i: number) => columns.find(([, values]) => values[i]! < least);
    return this.#runs(
      batch,
      'non-positive-price',
      (i) => odd(i) !== undefined,
      (i) => detailOf(odd(i)!, i),
    );
  }

  #volumes(batch: Batch): Finding[] {
    const columns = this.#named(batch, VOLUMES);
    if (!columns.some(([, values]) => anyBelow(values, 0))) return [];
    const odd = (i: number) => columns.find(([, values]) => values[i]! < 0);
    return this.#runs(
      batch,
      'negative-volume',
      (i) => odd(i) !== undefined,
      (i) => detailOf(odd(i)!, i),
    );
  }

  #jumps(batch: Batch): Finding[] {
    // What crosses zero has no scale.
    if (this.#table.signed) return [];
    // Rows that share their instant, such as strikes or vintages, are not the course of one value.
    const course = [...COURSE, timeColumn(this.#table), ...Object.keys(this.#table.fixed ?? {})];
    if (this.#table.key.some((name) => !course.includes(name))) return [];
    const [first] = this.#named(batch, LEVELS);
    if (!first) return [];
    const [name, values] = first;
    const out: Finding[] = [];
    let before = this.#last && this.#last.time < batch.times[0]! ? this.#last.value : Number.NaN;
    let last = -1;
    for (let i = 0; i < batch.length; i++) {
      const value = values[i]!;
      // Zero and less are findings of their own, and a ratio to them means nothing.
      if (!(value > 0)) continue;
      // Both are false as long as there is none before.
      if (value >= before * JUMP || value * JUMP < before) {
        out.push({ kind: 'scale-jump', time: batch.times[i]!, detail: { column: name, before, value } });
      }
      before = value;
      last = i;
    }
    if (last >= 0) this.#last = { time: batch.times[last]!, value: before };
    return out;
  }

  #numbers(batch: Batch, name: string): Float64Array | undefined {
    const c = this.#column.get(name);
    const data: ColumnData | undefined = c === undefined ? undefined : batch.columns[c];
    return data instanceof Float64Array ? data : undefined;
  }

  #named(batch: Batch, names: readonly string[]): (readonly [name: string, values: Float64Array])[] {
    return names.flatMap((name) => {
      const values = this.#numbers(batch, name);
      return values ? [[name, values] as const] : [];
    });
  }

  #runs(
    { times, length }: Batch,
    kind: string,
    isOdd: (i: number) => boolean,
    detailAt: (i: number) => Finding['detail'],
  ): Finding[] {
    const runs: { first: number; last: number }[] = [];
    for (let i = 0; i < length; i++) {
      if (!isOdd(i)) continue;
      const run = runs.at(-1);
      if (run?.last === i - 1) run.last = i;
      else runs.push({ first: i, last: i });
    }
    return runs.map(({ first, last }) => ({
      kind,
      time: times[first]!,
      until: times[last]! + this.#step,
      detail: { ...detailAt(first), rows: last - first + 1 },
    }));
  }
}

/** Checks the pages of one chunk, each series by itself. */
export function qualityCheck(sources: Sources, timeframe: Timeframe): (page: Page) => Page {
  const checks = new Map<string, Quality>();
  return (page) => {
    const { source } = page.series;
    const label = seriesLabel(page.series);
    const quality = checks.get(label) ?? new Quality(sources[source]!.table, timeframe);
    checks.set(label, quality);
    return quality.check(page);
  };
}

const CANDLE = ['open', 'high', 'low', 'close'];
const PRICES = ['open', 'high', 'low', 'close', 'mark_price', 'index_price'];
const VOLUMES = [
  'volume',
  'quote_volume',
  'taker_buy_volume',
  'taker_buy_quote_volume',
  'turnover',
  'open_interest',
];
/** The value that a row is about, whatever table it is of: the first of these that is there. */
const LEVELS = ['close', 'open_interest', 'ratio', 'mark_price', 'market_cap_usd', 'circulating_usd'];
/** Key columns, beside the time, of tables in which a series is one value after the other. */
const COURSE = ['symbol', 'timeframe'];
/** A thousand, and room for what the market itself did meanwhile. */
const JUMP = 500;

function anyBelow(values: Float64Array, bound: number): boolean {
  for (let i = 0; i < values.length; i++) if (values[i]! < bound) return true;
  return false;
}

const detailOf = ([column, values]: readonly [string, Float64Array], i: number): Finding['detail'] => ({
  column,
  value: values[i]!,
});
