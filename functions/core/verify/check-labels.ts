import { GordonError } from '../errors/errors.ts';
import type { VenuePorts } from '../fetch/fetch-context.ts';
import type { SeriesStore } from '../ledger/ports.ts';
import { AS_WRITTEN, type LabelBook, type LabelRule, ruleFor } from '../series/labels.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { ArchiveTier, Finding, PagesTier, Source, Sources, StreamParser } from '../series/source.ts';
import { type Batch, NO_ROWS, type TableSpec } from '../series/table.ts';
import { type Period, periodAt } from '../time/period.ts';
import { MINUTE } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';
import { type Course, judgeLabels, type LabelVerdict } from './judge-labels.ts';

export interface LabelPorts extends VenuePorts {
  readonly labels: LabelBook;
  readonly store: Pick<SeriesStore, 'commit'>;
  readonly sources: Sources;
}

/** A file that is stored, of a day that the venue's own answers still cover. */
export interface LabelledFile {
  readonly source: Source;
  readonly tier: ArchiveTier;
  readonly series: Series;
  readonly period: Period;
}

const STEP = 5 * MINUTE;
const FINE: Timeframe = '5m';

/**
 * Compares the labels of one archive file with the stamps of the venue's own answers about the same day, statistic by statistic.
 * A rule that fits worse than another shift is a finding. Unless an operator decided on it, conversion stops with the first
 * file that is not published yet: until then all rows are converted alike, so that one command can convert them again.
 * @returns how many statistics contradict the rule in force
 */
export async function checkLabels(
  ports: LabelPorts,
  { source, tier, series, period }: LabelledFile,
): Promise<number> {
  const { symbol } = series;
  if (!tier.labels) return 0;
  const { dataset } = tier.labels;
  const checked = await ports.labels.labelsChecked(dataset, symbol);
  if (checked !== undefined && checked >= period.start) return 0;
  const rules = await ports.labels.labelRules(dataset, symbol);
  const inForce = tier.labels.shift(period, rules);
  // Before the file is read: where the API refuses the day, each turn would load it in vain, once for each sibling.
  const own = await answersOf(ports, source, symbol, period);
  const fine = { ...series, timeframe: FINE };
  const object = tier.object(fine, period);
  const file = await ports.archive.read(object);
  if (!file) return 0;
  const parser = tier.parser(fine, undefined, { period, labels: [AS_WRITTEN] });
  const raw = await coursesOf(ports.sources, source.id, parser, file.content);
  const verdicts: Record<string, LabelVerdict> = {};
  for (const [id, archive] of raw) {
    const sibling = ports.sources[id];
    const answers = id === source.id ? own : sibling && (await answersOf(ports, sibling, symbol, period));
    if (answers) verdicts[id] = judgeLabels(archive, answers, inForce, STEP);
  }
  const wrong = Object.entries(verdicts).filter(([, { outcome }]) => outcome === 'contradicted');
  for (const [id, verdict] of wrong) {
    await report(ports, { ...series, source: id }, period, object.file.path, verdict, inForce);
  }
  const decided = ruleFor(rules, period.end);
  const hold = wrong.length > 0 && decided === undefined && holdFrom(tier, period, ports.clock());
  const why = wrong.map(([id, verdict]) => wordsOf(id, verdict, inForce)).join('; ');
  await ports.labels.noteLabels(dataset, symbol, {
    day: period.start,
    verdicts,
    ...(hold && { hold: { rule: hold, why } }),
  });
  return wrong.length;
}

/** From the first file on that cannot have been loaded yet. */
function holdFrom(tier: ArchiveTier, period: Period, now: number): LabelRule {
  let next = period;
  while (tier.publishedAt(next) <= now) next = periodAt(tier.unit, next.end);
  return { ...AS_WRITTEN, start: next.start, held: true };
}

/** The values of each statistic in a file, by their labels. A damaged file yields none. */
async function coursesOf(
  sources: Sources,
  own: string,
  parser: StreamParser,
  content: AsyncIterable<Uint8Array>,
): Promise<ReadonlyMap<string, Course>> {
  const courses = new Map<string, Map<number, number>>();
  const take = (id: string, batch: Batch): void => {
    const course = courses.get(id) ?? new Map<number, number>();
    for (const [time, value] of valuesOf(sources[id]!.table, batch)) course.set(time, value);
    courses.set(id, course);
  };
  try {
    const pieces = [];
    for await (const bytes of content) pieces.push(parser.push(bytes));
    pieces.push(parser.end());
    for (const parsed of pieces) {
      if (!parsed) continue;
      take(own, parsed.batch);
      for (const [id, { batch }] of Object.entries(parsed.also ?? {})) take(id, batch);
    }
  } catch (error) {
    // Its damage was reported when it was loaded.
    if (!(error instanceof GordonError) || error.name !== 'PermanentError') throw error;
    return new Map();
  }
  return courses;
}

/** One page about the day, with a slot on each side for the shifts that are tried; undefined: the venue does not answer that. */
async function answersOf(
  ports: LabelPorts,
  source: Source,
  symbol: string,
  period: Period,
): Promise<Course | undefined> {
  const tier = source.tiers.find((one): one is PagesTier => one.kind === 'pages');
  if (!tier) return undefined;
  const series = { source: source.id, symbol, timeframe: FINE };
  const range = { start: period.start - STEP, end: period.end + 3 * STEP };
  const answer = await ports.venue.get(tier.request(series, range));
  return answer && new Map(valuesOf(source.table, tier.parse(answer.body, series, answer.asOf).batch));
}

/** The first numeric column of a table of readings. */
function valuesOf(table: TableSpec, { times, columns, length }: Batch): [time: number, value: number][] {
  const values = columns[table.columns.findIndex(({ type }) => type === 'float8')];
  if (!(values instanceof Float64Array)) return [];
  return Array.from({ length }, (_, i) => [times[i]!, values[i]!]);
}

async function report(
  { store }: LabelPorts,
  series: Series,
  period: Period,
  object: string,
  verdict: LabelVerdict,
  inForceMs: number,
): Promise<void> {
  const { shiftMs, compared, agree, inForce } = verdict;
  const finding: Finding = {
    kind: 'label-shift',
    time: period.start,
    until: period.end,
    detail: {
      inForceMs,
      fitsMs: shiftMs,
      compared,
      agree,
      agreeInForce: Math.round(inForce * compared),
      remedy: `gordon-data convert-labels --source ${series.source} --symbol ${series.symbol} --from <day> --shift ${shiftMs / MINUTE}m`,
    },
  };
  const page = { series, rows: NO_ROWS, have: [], empty: [], findings: [finding], object };
  await store.commit([page], { jobId: 'watch-archives', chunk: seriesLabel(series) });
}

const wordsOf = (id: string, { shiftMs, compared, agree }: LabelVerdict, inForceMs: number): string =>
  `${id}: ${agree} of ${compared} values agree with a shift of ${shiftMs / MINUTE} minutes, the rule has ${inForceMs / MINUTE}`;
