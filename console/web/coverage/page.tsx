import { useMemo, useState } from 'preact/hooks';
import { ApiError, call } from '../lib/client.ts';
import { iso, rangeText } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href } from '../lib/router.ts';
import { Details } from './details.tsx';
import { FillDialog } from './fill.tsx';
import { type Cell, holeAround, missingIn, type Row, rowsOf, type Span } from './grid.ts';
import { Heatmap } from './heatmap.tsx';
import { SeriesTable } from './table.tsx';
import { bucketFor, panned, showing, zoomed } from './view.ts';
import { describe } from './words.ts';

type Coverage = Awaited<ReturnType<typeof call<'coverage'>>>;

const BUSY_MS = 1_500;
const IDLE_MS = 10_000;

const isFlying = (coverage: Coverage | undefined): boolean =>
  coverage?.some(({ runs }) => runs.some((run) => run.in_flight > 0)) ?? false;

/** All series by month: how far the map reaches, and the numbers of the table. */
export function CoveragePage() {
  const months = usePoll(
    'months',
    (signal) => call('coverage', { signal, query: { bucket: 'month' } }),
    (data) => (isFlying(data) ? BUSY_MS : IDLE_MS),
  );
  return (
    <Waiting polled={months} what="the coverage">
      {(data) =>
        data.length === 0 ? (
          <Empty title="The warehouse is empty">
            <p>Nothing was requested yet. Start a job, and its series appear here.</p>
            <p>
              <a class="button primary" href={href('jobs', ['new'])}>
                Start a job
              </a>
            </p>
          </Empty>
        ) : (
          <CoverageMap months={data} refresh={months.refresh} />
        )
      }
    </Waiting>
  );
}

function CoverageMap({ months, refresh }: { readonly months: Coverage; readonly refresh: () => void }) {
  const [filter, setFilter] = useState('');
  const [wanted, setView] = useState<Span>();
  const [cell, setCell] = useState<Cell>();
  const [filling, setFilling] = useState<{ readonly row: Row; readonly hole: Span }>();
  const [job, setJob] = useState<string>();
  const all = useMemo(() => reachOf(months), [months]);
  const view = wanted ?? all;
  const bucket = bucketFor(view);
  const [from, to] = [iso(view.from), iso(Math.min(view.to, Date.now()))];
  const polled = usePoll(
    `${bucket} ${from} ${view.to}`,
    (signal) => call('coverage', { signal, query: { bucket, from, to } }),
    (data) => (isFlying(data) ? BUSY_MS : IDLE_MS),
  );
  // Until the finer answer is there the coarser one is drawn: nothing flickers while somebody zooms.
  const drawn = polled.data ?? months;
  const rows = useMemo(() => rowsOf(drawn).filter((row) => matches(row, filter)), [drawn, filter]);
  const chosen = cell && rows[cell.row];
  const fill = (row: Row, at: Cell): void => {
    const hole = holeAround(row, at.start, Date.now());
    if (hole) setFilling({ row, hole });
  };
  const move = (to: Cell): void => {
    setCell(to);
    setView(showing(view, all, { from: to.start, to: to.end }));
  };
  const zoom = (factor: number, at?: number): void => setView(zoomed(view, all, factor, at));
  return (
    <>
      <div class="bar">
        <h1>Coverage</h1>
        <label>
          <span class="sr">Show series with</span>
          <input
            type="search"
            placeholder="Filter series"
            value={filter}
            onInput={(event) => {
              setFilter(event.currentTarget.value);
              setCell(undefined);
            }}
          />
        </label>
        <fieldset class="buttons">
          <legend class="sr">Time shown</legend>
          <button type="button" onClick={() => setView(undefined)}>
            All
          </button>
          <button type="button" aria-label="Zoom out" onClick={() => zoom(2)}>
            −
          </button>
          <button type="button" aria-label="Zoom in" onClick={() => zoom(0.5, cell?.start)}>
            +
          </button>
          <button
            type="button"
            aria-label="Earlier"
            onClick={() => setView(panned(view, all, -(view.to - view.from) / 2))}
          >
            ←
          </button>
          <button
            type="button"
            aria-label="Later"
            onClick={() => setView(panned(view, all, (view.to - view.from) / 2))}
          >
            →
          </button>
        </fieldset>
        <span class="dim">{`${rangeText(view.from, view.to)}, by ${bucket}`}</span>
      </div>
      <Legend />
      {polled.error instanceof ApiError && (
        <p class="notice" role="status">{`Shown by month: ${polled.error.message}`}</p>
      )}
      {job && (
        <p class="notice good" role="status">
          The job has started. <a href={href('jobs', [job])}>Watch it</a>
        </p>
      )}
      {rows.length === 0 ? (
        <p class="pad dim">No series has “{filter}” in its name.</p>
      ) : (
        <Heatmap
          {...{ rows, view, bucket, cell, move, zoom }}
          coarse={polled.data === undefined && polled.error === undefined}
          pan={(share) => setView(panned(view, all, share * (view.to - view.from)))}
          choose={(at) => {
            move(at);
            fill(rows[at.row]!, at);
          }}
        />
      )}
      <p id="cell-details" class="dim" aria-live="polite">
        {chosen && cell
          ? describe(chosen, cell)
          : 'Point at a time to see its counts; click a hole to fill it. Keys: arrows, Enter, N for the next hole, + and −.'}
      </p>
      {chosen && cell && <Details row={chosen} cell={cell} fill={() => fill(chosen, cell)} />}
      <SeriesTable series={months.filter((one) => matches(one, filter))} />
      {filling && (
        <FillDialog
          {...filling}
          missing={missingIn(filling.row, filling.hole)}
          close={() => setFilling(undefined)}
          started={(id) => {
            setFilling(undefined);
            setJob(id);
            refresh();
            polled.refresh();
          }}
        />
      )}
    </>
  );
}

const Legend = () => (
  <ul class="legend">
    <li class="have">rows there</li>
    <li class="empty-kind">proven empty</li>
    <li class="flight">being fetched</li>
    <li class="missing">missing</li>
    <li class="failed">failed</li>
  </ul>
);

const matches = (row: { source: string; symbol: string; timeframe: string }, filter: string): boolean =>
  filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${row.source} ${row.symbol} ${row.timeframe}`.toLowerCase().includes(word));

/** From the first bucket of any series to the last. */
function reachOf(months: Coverage): Span {
  const runs = months.flatMap(({ runs }) => runs);
  if (runs.length === 0) return { from: Date.parse(months[0]!.from), to: Date.parse(months[0]!.to) };
  return {
    from: Math.min(...runs.map(({ from }) => Date.parse(from))),
    to: Math.min(Math.max(...runs.map(({ to }) => Date.parse(to))), Date.now()),
  };
}
