import { useCallback, useMemo, useState } from 'preact/hooks';
import { call } from '../lib/client.ts';
import { count, iso, rangeText } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { Chart } from './chart/chart.tsx';
import { Legend } from './chart/legend.tsx';
import { Notes } from './chart/notes.tsx';
import { ChartToolbar } from './chart/toolbar.tsx';
import { sharedColumns } from './copy.ts';
import { CopyAs } from './copy-as.tsx';
import { msOf, numbersOf, type Point, type Report, type Source, shadesOf, widthsFor } from './data.ts';
import { Newest } from './newest.tsx';
import { columnOf, nameOf, useLines } from './panes.ts';
import type { SeriesPlace } from './place.ts';
import { Revisions } from './revisions.tsx';
import { endOfDay, requestRows, useRows, type Wanted } from './rows.ts';

interface Props {
  readonly report: Report;
  readonly source: Source;
  readonly shape: 'candles' | 'line';
  readonly sources: readonly Source[];
  /** every series there is */
  readonly all: readonly Report[];
  readonly place: SeriesPlace;
  /** `column=value`: which of several rows at one instant; undefined: there is one */
  readonly match: string | undefined;
  set(part: Partial<SeriesPlace>): void;
}

/** A series as a chart that loads more as it is dragged. */
export function Charted({ report, source, shape, sources, all, place, match, set }: Props) {
  const { symbol, timeframe } = report;
  const widths = shape === 'candles' ? widthsFor(timeframe) : [timeframe];
  const usual = widths.find((width) => width === '1h') ?? widths[0]!;
  const every = widths.includes(place.every) ? place.every : usual;
  const asOf = source.vintages && place.asOf ? endOfDay(place.asOf) : undefined;
  const load = useCallback(
    (wanted: Wanted, signal: AbortSignal) =>
      requestRows({ source, symbol, timeframe, every, asOf, match }, wanted, signal),
    [source.id, symbol, timeframe, every, asOf, match],
  );
  const id = `${nameOf(report)} ${every} ${asOf ?? ''} ${match ?? ''}`;
  const { points, polled, more } = useRows(
    id,
    source.time_column,
    { to: place.to || undefined, bars: place.bars },
    load,
  );
  const columns = numbersOf(source);
  const column = columns.includes(place.column) ? place.column : usualColumn(columns, points, match);
  const step = msOf(every);
  const [from, to] = [points[0]?.at, points.at(-1)?.at];
  const range = useMemo(
    () => (from === undefined || to === undefined ? undefined : { from: iso(from), to: iso(to + step) }),
    [from, to, step],
  );
  const panes = useLines(place.panes, sources, range, every);
  const compared = useLines(place.compare ? [place.compare] : NO_NAMES, sources, range, every);
  // What is known now of the same days, beside what was known then.
  const now = useLines(asOf ? [nameOf(report)] : NO_NAMES, sources, range, every);
  const shades = useMemo(() => shadesOf(report, from ?? 0, (to ?? 0) + step), [report, from, to, step]);
  const findings = useFindings(report, range);
  const [hovered, setHovered] = useState<number>();
  const at = points.findIndex((point) => point.at === hovered);
  const signed = points.some(({ row }) => Number(row.low) < 0);
  const index = at >= 0 ? at : points.length - 1;
  const point = points[index];
  const drawable = all.filter(
    (one) => one !== report && columnOf(sourceOf(sources, one) ?? source) !== undefined,
  );
  const [first, last] = [report.earliest, report.latest].map((text) =>
    text === null ? 0 : Date.parse(text),
  );
  return (
    <>
      <ChartToolbar
        shape={shape}
        source={source}
        place={place}
        every={every}
        column={column}
        widths={widths}
        set={set}
        more={more}
        span={Math.max(step, last! - first!)}
        below={drawable.filter((one) => one.symbol === symbol && one.source !== source.id).map(nameOf)}
        others={drawable.map(nameOf)}
      />
      <Waiting polled={polled} what="the rows">
        {() =>
          point === undefined ? (
            <Empty title="No rows here">
              <p>The warehouse has none of this series in this time.</p>
            </Empty>
          ) : (
            <>
              <Legend
                point={point}
                shape={shape}
                column={column}
                signed={signed}
                before={points[index - 1]}
                findings={findings
                  .filter(({ time }) => time !== null && Date.parse(time) === point.at)
                  .map(({ kind }) => kind)}
              />
              <Chart
                key={id}
                id={id}
                points={points}
                shape={shape}
                column={column}
                shades={shades}
                findings={findings}
                panes={panes}
                compare={compared[0]}
                now={now[0]}
                step={source.rhythm === 'events' ? 0 : step}
                log={place.log}
                label={`${source.title} of ${symbol}, ${shape === 'candles' ? 'candles' : column}, ${rangeText(from!, to! + step)}, ${count(points.length)} points`}
                hover={setHovered}
                near={more}
              />
              <CopyAs
                selection={{
                  origin: location.origin,
                  table: source.table,
                  source: source.id,
                  symbol,
                  timeframe,
                  time: source.time_column,
                  from: range!.from,
                  to: range!.to,
                  every: shape === 'candles' ? every : undefined,
                  fixed: sharedColumns(point.row, timeframe),
                }}
              />
              <Notes shades={shades} findings={findings} />
              {source.vintages && (
                <Revisions source={source} report={report} column={column} range={range!} asOf={asOf} />
              )}
              <Newest rows={points.map(({ row }) => row)} time={source.time_column} />
            </>
          )
        }
      </Waiting>
    </>
  );
}

/** The first column; of one option that whose values change: its strike does not. */
const usualColumn = (
  columns: readonly string[],
  points: readonly Point[],
  match: string | undefined,
): string =>
  (match && columns.find((name) => new Set(points.map(({ row }) => row[name])).size > 1)) ||
  (columns[0] ?? '');

const sourceOf = (sources: readonly Source[], { source }: Report): Source | undefined =>
  sources.find(({ id }) => id === source);

const NO_NAMES: readonly string[] = [];
/** Always the same object, so that a chart without findings is not drawn again. */
const NO_FINDINGS: Awaited<ReturnType<typeof call<'findings'>>> = [];

function useFindings({ source, symbol, timeframe }: Report, range: { from: string; to: string } | undefined) {
  const polled = usePoll(
    `findings ${range?.from} ${range?.to}`,
    async (signal) =>
      range === undefined
        ? NO_FINDINGS
        : call('findings', { signal, query: { source, symbol, timeframe: timeframe as '1m', ...range } }),
    () => 60_000,
  );
  return polled.data ?? NO_FINDINGS;
}
