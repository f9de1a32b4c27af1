import type { Recounted, ReportFilter } from '../../../functions/core/ledger/ports.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import {
  clip,
  hull,
  measure,
  normalize,
  type Range,
  type RangeSet,
} from '../../../functions/core/time/range.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import type { Step } from '../step.ts';
import { haveIn } from './ledger.ts';
import { reconcile } from './reconcile.ts';
import { retire } from './retention.ts';
import type { MemoryWarehouse } from './warehouse.ts';

/** More stretches than this are counted as one, from the first to the last. */
const MOST_STRETCHES = 20;

interface Due {
  readonly series: Series;
  /** of the marks that are counted; a mark that comes meanwhile stays */
  readonly ids: ReadonlySet<number>;
  readonly stretches: RangeSet;
}

/** Counts the series of which a statement deleted rows, oldest mark first, as far as the time allows. */
export async function recount(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step,
  budgetMs: number,
  filter: Pick<ReportFilter, 'sources' | 'symbols'>,
): Promise<Recounted> {
  const began = clock();
  await step('the marks of what was deleted');
  const due = dueIn(warehouse, filter);
  let [lost, done] = [0, 0];
  for (const { series, ids, stretches } of due) {
    if (Math.abs(clock() - began) > budgetMs) break;
    for (const range of stretches)
      lost += measure(await reconcile(warehouse, series, range, clock(), step)) / stepOf(series.timeframe);
    await step(`retire ${seriesLabel(series)}`);
    retire(warehouse, warehouse.book(series), clock());
    await step(`forget the marks of ${seriesLabel(series)}`);
    const book = warehouse.book(series);
    book.marks = book.marks.filter(({ id }) => !ids.has(id));
    warehouse.flush();
    done += 1;
  }
  return { lost, left: due.length - done };
}

/** For each series, the marked days within the range that the ledger has rows for. */
function dueIn(
  warehouse: MemoryWarehouse,
  { sources, symbols }: Pick<ReportFilter, 'sources' | 'symbols'>,
): Due[] {
  return warehouse
    .books()
    .filter(({ series: { source, symbol }, marks }) => {
      return marks.length > 0 && (sources?.includes(source) ?? true) && (symbols?.includes(symbol) ?? true);
    })
    .sort((a, b) => a.marks[0]!.id - b.marks[0]!.id)
    .map((book): Due => {
      const within = hull(haveIn(book));
      const days = normalize(book.marks.flatMap((mark) => mark.days));
      const set = within ? clip(days, within) : [];
      return {
        series: book.series,
        ids: new Set(book.marks.map(({ id }) => id)),
        stretches: set.length > MOST_STRETCHES ? [hull(set) as Range] : set,
      };
    });
}
