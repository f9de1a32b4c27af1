import { useMemo, useState } from 'preact/hooks';
import { licencesOf } from '../../../functions/core/licences/licences.ts';
import { call } from '../lib/client.ts';
import { count, iso, plural, rangeText } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { Chart } from './chart.tsx';
import {
  msOf,
  numbersOf,
  pointsOf,
  type Report,
  type Rows,
  type Source,
  shadesOf,
  shapeOf,
  widthsFor,
} from './data.ts';
import { Newest } from './newest.tsx';
import { Strikes } from './strikes.tsx';

interface Props {
  readonly report: Report;
  readonly source: Source;
  /** where the chart ends at first */
  readonly to: string | null;
}

const BARS = 500;
/** A snapshot of all options has about a thousand rows. */
const SNAPSHOT_ROWS = 3_000;

export function SeriesView({ report, source, to }: Props) {
  const shape = shapeOf(source);
  const widths = shape === 'candles' ? widthsFor(report.timeframe) : [report.timeframe];
  const [every, setEvery] = useState(() => widths.find((width) => width === '1h') ?? widths[0]!);
  const [end, setEnd] = useState(to ?? undefined);
  const [column, setColumn] = useState(() => numbersOf(source)[0] ?? '');
  const { symbol, timeframe } = report;
  const rows = usePoll(
    `${every} ${end}`,
    (signal) =>
      call('rows', {
        signal,
        params: { table: source.table },
        query: {
          source: source.id,
          symbol,
          timeframe: timeframe as '1m',
          to: end,
          ...(shape === 'candles' && { every: every as '1m' }),
          limit: shape === 'strikes' ? SNAPSHOT_ROWS : BARS,
        },
      }),
    () => 15_000,
  );
  return (
    <>
      <div class="bar">
        {shape === 'candles' && <Pick label="Candles of" value={every} of={widths} set={setEvery} />}
        {shape === 'line' && <Pick label="Column" value={column} of={numbersOf(source)} set={setColumn} />}
        {shape !== 'strikes' && (
          <Range rows={rows.data} time={source.time_column} step={msOf(every)} end={end} go={setEnd} />
        )}
        <span class="dim">{`${source.title}, ${plural(report.rows, 'row')}`}</span>
      </div>
      <Waiting polled={rows} what="the rows">
        {(data) =>
          data.length === 0 ? (
            <Empty title="No rows here">
              <p>The warehouse has none of this series in this time.</p>
            </Empty>
          ) : (
            <>
              {shape === 'strikes' ? (
                <Strikes rows={data} symbol={symbol} />
              ) : (
                <Drawn {...{ report, source, shape, column }} rows={data} step={msOf(every)} />
              )}
              <Newest rows={data} time={source.time_column} />
              <p class="dim">{attributionOf(source.id, symbol)}</p>
            </>
          )
        }
      </Waiting>
    </>
  );
}

/** What the publisher wants to be shown beside its values. */
const attributionOf = (source: string, symbol: string): string =>
  licencesOf(source, [symbol])
    .map(({ attribution }) => attribution)
    .join('. ');

interface DrawnProps {
  readonly report: Report;
  readonly source: Source;
  readonly shape: 'candles' | 'line';
  readonly column: string;
  readonly rows: Rows;
  readonly step: number;
}

function Drawn({ report, source, shape, column, rows, step }: DrawnProps) {
  const points = useMemo(() => pointsOf(rows, source.time_column), [rows, source]);
  const [from, to] = [points[0]!.at, points.at(-1)!.at + step];
  const { symbol, timeframe } = report;
  const shades = useMemo(() => shadesOf(report, from, to), [report, from, to]);
  const findings = usePoll(
    `findings ${from} ${to}`,
    (signal) =>
      call('findings', {
        signal,
        query: { source: source.id, symbol, timeframe: timeframe as '1m', from: iso(from), to: iso(to) },
      }),
    () => 60_000,
  );
  const found = findings.data ?? NONE;
  const label = `${source.title} of ${symbol}, ${shape === 'candles' ? 'candles' : column}, ${rangeText(from, to)}, ${count(points.length)} points`;
  return (
    <>
      <Chart
        {...{ points, shape, column, shades, label }}
        findings={found}
        step={source.rhythm === 'events' ? 0 : step}
      />
      {shades.length > 0 && (
        <ul class="notes" aria-label="Times without rows">
          {shades.slice(0, 10).map((shade) => (
            <li key={shade.from} class={shade.kind}>
              {`${rangeText(shade.from, shade.to)}: ${shade.kind}, ${shade.why}`}
            </li>
          ))}
          {shades.length > 10 && <li>{`and ${shades.length - 10} more`}</li>}
        </ul>
      )}
      {found.length > 0 && (
        <ul class="notes" aria-label="Findings">
          {found.slice(0, 10).map((finding) => (
            <li key={`${finding.kind} ${finding.time} ${finding.object}`}>
              {`${finding.time ?? 'the object'}: ${finding.kind} `}
              <code>{finding.object}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** One and the same value, so that a chart without findings is not drawn anew. */
const NONE: Awaited<ReturnType<typeof call<'findings'>>> = [];

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly string[];
  set(value: string): void;
}

const Pick = ({ label, value, of, set }: PickProps) => (
  <label>
    {label}{' '}
    <select value={value} onChange={(event) => set(event.currentTarget.value)}>
      {of.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  </label>
);

interface RangeProps {
  readonly rows: Rows | undefined;
  readonly time: string;
  readonly step: number;
  readonly end: string | undefined;
  go(to: string | undefined): void;
}

function Range({ rows, time, step, end, go }: RangeProps) {
  const [first, last] = [rows?.[0]?.[time], rows?.at(-1)?.[time]].map((at) =>
    at ? Date.parse(at as string) : undefined,
  );
  const later = last === undefined ? undefined : Math.min(last + step * BARS, Date.now());
  return (
    <fieldset class="buttons">
      <legend class="sr">Time shown</legend>
      <button type="button" disabled={first === undefined} onClick={() => go(iso(first! + step))}>
        ← Earlier
      </button>
      <button
        type="button"
        disabled={end === undefined || later === undefined}
        onClick={() => go(iso(later!))}
      >
        Later →
      </button>
      <button type="button" disabled={end === undefined} onClick={() => go(undefined)}>
        Newest
      </button>
    </fieldset>
  );
}
