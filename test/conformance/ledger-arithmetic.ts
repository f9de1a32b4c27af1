import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import type { SeriesCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import {
  intersect,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../../functions/core/time/range.ts';
import { DAY } from '../../functions/core/time/time.ts';
import { BTC, candles, JOB, minutes, pageOf, proof } from '../stores/klines.ts';
import type { MakeWarehouse, WarehouseUnderTest } from './warehouse.ts';

// A small span of minutes around a border of months, so that random ranges meet, overlap, and take several locks.
const SPAN = 120;
const BEFORE_APRIL = 31 * 1440 - SPAN / 2;
const range: fc.Arbitrary<Range> = fc
  .tuple(fc.integer({ min: 0, max: SPAN }), fc.integer({ min: 1, max: 40 }))
  .map(([from, length]) => minutes(BEFORE_APRIL + from, BEFORE_APRIL + from + length));
const set: fc.Arbitrary<RangeSet> = fc.array(range, { minLength: 1, maxLength: 4 }).map(normalize);

type Step = { readonly kind: 'rows' | 'empty' | 'failed'; readonly set: RangeSet };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('rows' as const, 'rows' as const, 'empty' as const, 'failed' as const),
  set,
});

/** What every ledger adds up to. */
export function describeLedgerArithmetic(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;
  let catalog: SeriesCatalog;
  beforeAll(async () => {
    at = await makeWarehouse();
    at.now = minutes(0, 0).start + 65 * DAY;
    ({ store, catalog } = at);
  });
  afterAll(() => at[Symbol.asyncDispose]());

  let runs = 0;

  const pageFor = (series: Series, { kind, set }: Step): Page =>
    kind === 'rows'
      ? pageOf(set, { series, rows: candles(set, series) })
      : pageOf([], { series, empty: set.map((s) => proof(s, 'pre-listing')) });

  async function apply(series: Series, step: Step): Promise<number> {
    const { kind, set } = step;
    if (kind !== 'failed') return store.commit([pageFor(series, step)], JOB);
    const chunk = { ...series, start: set[0]!.start, end: set.at(-1)!.end, label: JOB.chunk };
    await store.markFailed(chunk, 'job-1', { code: 'broken', message: 'down' });
    return 0;
  }

  const measured = (ranges: RangeSet): number =>
    ranges.reduce((sum, r) => sum + (r.end - r.start) / 60_000, 0);

  it('the ledger’s arithmetic is that of RangeSet, whatever is committed in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 8 }),
        range,
        set,
        fc.constantFrom('one by one', 'at once', 'in one transaction'),
        async (steps, requested, lost, how) => {
          const series = { ...BTC, symbol: `RUN${runs++}` };
          let rows: RangeSet = [];
          let known: RangeSet = [];
          for (const { kind, set } of steps) {
            if (kind === 'rows') rows = union(rows, set);
            if (kind !== 'failed') known = union(known, set);
          }
          const pages = steps.filter(({ kind }) => kind !== 'failed').map((s) => pageFor(series, s));
          const work =
            how === 'in one transaction'
              ? [() => store.commit(pages, JOB)]
              : steps.map((s) => () => apply(series, s));
          const written =
            how === 'at once'
              ? await Promise.all(work.map((run) => run()))
              : await work.reduce<Promise<number[]>>(
                  async (sofar, run) => [...(await sofar), await run()],
                  Promise.resolve([]),
                );

          expect(written.reduce((a, b) => a + b, 0)).toBe(measured(rows));
          expect(await store.missing(series, requested)).toEqual(subtract([requested], known));
          expect((await at.rows(series.symbol)).length).toBe(measured(rows));
          const spans = await at.spans(series.symbol);
          expect(spans.filter((span, i) => i > 0 && span.start < spans[i - 1]!.end)).toEqual([]);

          await at.loseRows(series, lost);
          expect(await catalog.reconcile(series, minutes(0, 60 * 1440))).toEqual(intersect(rows, lost));
          expect(await store.missing(series, requested)).toEqual(
            intersect([requested], union(subtract([requested], known), intersect(rows, lost))),
          );
        },
      ),
      { numRuns: 100 },
    );
  });
}
