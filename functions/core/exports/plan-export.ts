import { settledEnd } from '../series/borders.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Source } from '../series/source.ts';
import { type Period, periodAt, periodsIn } from '../time/period.ts';
import { clip, hull, normalize, type Range, type RangeSet } from '../time/range.ts';
import { parseInstant } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { type MonthFormat, pathOf } from './layout.ts';
import type { ExportedFile, Manifest } from './manifest.ts';
import { type MonthState, monthState } from './month-state.ts';
import { actionFor, type MonthAction } from './plan.ts';
import type { ExportPorts, MonthPrint, SeriesSnapshot } from './ports.ts';

export interface ExportRequest {
  readonly sources: readonly Source[];
  /** absent: all symbols */
  readonly symbols?: readonly string[] | undefined;
  /** months that it touches are exported whole; epoch ms */
  readonly range: Range;
  readonly format: MonthFormat;
  /** leave out months that are not complete */
  readonly completeOnly: boolean;
}

/** A month of a series, and what to do with it. */
export interface PlannedMonth {
  readonly source: Source;
  readonly series: Series;
  readonly month: Period;
  readonly path: string;
  readonly action: MonthAction;
  readonly rows: number;
  readonly state: MonthState;
  /** every range that was requested of the series */
  readonly requested: RangeSet;
}

export interface ExportPlan {
  readonly months: readonly PlannedMonth[];
  /** files of the manifest whose series or months the warehouse no longer has */
  readonly gone: readonly ExportedFile[];
}

type PlanPorts = Pick<ExportPorts, 'reader' | 'sources' | 'clock'>;

/** What the last export left. */
export interface Before {
  readonly manifest: Pick<Manifest, 'files'> | undefined;
  /** bytes of the files that are there */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Looks at every month of the request, and reads no rows. @throws as the stores do; the reason of `signal` */
export async function planExport(
  ports: PlanPorts,
  request: ExportRequest,
  before: Before,
  signal: AbortSignal,
): Promise<ExportPlan> {
  const all = await ports.reader.series(request.sources.map(({ id }) => id));
  const chosen = all.filter(({ symbol }) => request.symbols?.includes(symbol) ?? true);
  const files = new Map(before.manifest?.files.map((file) => [keyOf(file), file]));
  const months: PlannedMonth[] = [];
  for (const { requested, ...series } of chosen) {
    signal.throwIfAborted();
    const source = ports.sources[series.source]!;
    const facts = { source, series, requested, now: ports.clock() };
    const found = await ports.reader.snapshot(series, (at) => lookAt(at, facts, request));
    for (const { print, ...month } of found) {
      const path = pathOf(source, series, month.month.name, request.format);
      const written = files.get(keyOf({ ...series, month: month.month.name }));
      const fact = {
        path,
        complete: month.state.complete,
        ...(print !== undefined && { print }),
        ...(written && { written, found: before.sizes.get(written.path) }),
      };
      months.push({ ...month, path, action: actionFor(fact, request.completeOnly) });
    }
  }
  const known = new Set(months.map(({ series, month }) => keyOf({ ...series, month: month.name })));
  const gone = [...files.values()].filter((file) => isChosen(request, file) && !known.has(keyOf(file)));
  return { months, gone };
}

/** Identifies a month of a series. */
export const keyOf = (of: Record<'source' | 'symbol' | 'timeframe' | 'month', string>): string =>
  `${seriesLabel(of as unknown as Series)} ${of.month}`;

interface Facts {
  readonly source: Source;
  readonly series: Series;
  readonly requested: RangeSet;
  readonly now: number;
}

type Found = Omit<PlannedMonth, 'path' | 'action'> & { readonly print?: string };

async function lookAt(at: SeriesSnapshot, facts: Facts, { range }: ExportRequest): Promise<Found[]> {
  const { source, series, requested, now } = facts;
  const prints = new Map((await at.prints()).map((print) => [print.start, print]));
  const wanted = new Map<number, Period>();
  for (const span of clip(requested, { start: Number.NEGATIVE_INFINITY, end: now })) {
    for (const month of periodsIn('month', span)) wanted.set(month.start, month);
  }
  for (const start of prints.keys()) wanted.set(start, periodAt('month', start));
  const months = [...wanted.values()]
    .filter(({ start, end }) => start < range.end && end > range.start)
    .sort((a, b) => a.start - b.start);
  const states = await statesAt(at, facts, months, prints);
  return months.map((month, i) => {
    const { print, rows = 0 }: Partial<MonthPrint> = prints.get(month.start) ?? {};
    return {
      source,
      series,
      requested,
      month,
      rows,
      state: states[i]!,
      ...(print !== undefined && { print }),
    };
  });
}

/** What the ledger knows of some months, in their order. @param prints by the month's beginning */
export async function statesAt(
  at: SeriesSnapshot,
  { source, series, requested, now }: Facts,
  months: readonly Period[],
  prints: ReadonlyMap<number, MonthPrint>,
): Promise<MonthState[]> {
  const around = hull(normalize(months));
  if (!around) return [];
  const entries = await at.ledger(around);
  const uncounted = await at.uncounted();
  const step = stepOf(series.timeframe);
  const due = settledEnd(source, step, now);
  const isRegular = source.table.cadence !== 'irregular';
  return months.map((month) =>
    monthState({
      month,
      requested,
      entries: entries.filter(({ start, end }) => start < month.end && end > month.start),
      uncounted,
      due,
      ...(isRegular && { rows: prints.get(month.start)?.rows ?? 0, step }),
    }),
  );
}

/** Whether a file of the manifest is of what was requested. */
function isChosen({ sources, symbols, range }: ExportRequest, file: ExportedFile): boolean {
  const { start, end } = periodAt('month', parseInstant(`${file.month}-01`)!);
  return (
    sources.some(({ id }) => id === file.source) &&
    (symbols?.includes(file.symbol) ?? true) &&
    start < range.end &&
    end > range.start
  );
}
