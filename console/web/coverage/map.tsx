import { useMemo, useState } from 'preact/hooks';
import { ApiError, call } from '../lib/client.ts';
import { iso } from '../lib/format.ts';
import { usePoll } from '../lib/poll.ts';
import { href, type Place, replaceQuery } from '../lib/router.ts';
import { type Cell, cellAt, holeAround, missingIn, type Row, type Span } from './grid.ts';
import { Heatmap } from './heatmap.tsx';
import { factsOf, labelOf, linesOf, overviewOf } from './overview.ts';
import { Details } from './panel/details.tsx';
import { FillDialog } from './panel/fill.tsx';
import { type CoveragePlace, placeFrom, queryOf } from './place.ts';
import { BUSY_MS, type Coverage, IDLE_MS, isFlying } from './polling.ts';
import { prepare, preparedOf } from './prepared.ts';
import { Summary } from './summary.tsx';
import { SeriesTable } from './table.tsx';
import { Toolbar } from './toolbar.tsx';
import { bucketFor, panned, showing, zoomed } from './view.ts';
import { describe } from './words.ts';

interface Props {
  readonly place: Place;
  readonly months: Coverage;
  refresh(): void;
}

export function CoverageMap({ place: address, months, refresh }: Props) {
  const place = placeFrom(address.query);
  const set = (part: Partial<CoveragePlace>): void => replaceQuery(address, queryOf({ ...place, ...part }));
  const [filling, setFilling] = useState<{ readonly row: Row; readonly hole: Span }>();
  const [job, setJob] = useState<string>();
  const all = useMemo(() => reachOf(months), [months]);
  const view = place.view ?? all;
  const bucket = bucketFor(view);
  const { drawn, fine, facts, refreshAll } = usePicture(months, view, all, refresh);
  const now = Date.now();
  const shown = useMemo(
    () => drawn.filter((row) => matches(row, place.filter)).map((series) => preparedOf(series).row),
    [drawn, place.filter],
  );
  const rows = useMemo(
    () => linesOf(shown, facts, place),
    [shown, facts, place.group, place.order, place.folded.join()],
  );
  const cell = cellOf(place, rows, bucket);
  const chosen = cell && rows[cell.row];
  const fill = (row: Row, at: Cell): void => {
    const hole = holeAround(row, at.start, Date.now());
    if (hole) setFilling({ row, hole });
  };
  const move = (to: Cell): void => {
    const next = showing(view, all, { from: to.start, to: to.end });
    const series = labelOf(rows[to.row]!);
    // The evening of the day is in the day too, whatever the next buckets are.
    set({ chosen: { series, at: to.start }, ...(next !== view && { view: next }) });
  };
  const listed = useMemo(() => months.filter((one) => matches(one, place.filter)), [months, place.filter]);
  const overview = useMemo(() => overviewOf(listed, facts), [listed, facts]);
  // One and the same element: it is not compared with itself while somebody moves the cursor.
  const table = useMemo(() => <SeriesTable series={listed} />, [listed]);
  return (
    <>
      <Toolbar place={place} view={view} all={all} bucket={bucket} set={set} at={cell?.start} />
      <Summary overview={overview} now={now} />
      <Legend />
      {fine.error instanceof ApiError && (
        <p class="notice" role="status">{`Drawn by month: ${fine.error.message}`}</p>
      )}
      {job && (
        <p class="notice good" role="status">
          The job has started. <a href={href('jobs', [job])}>Watch it</a>
        </p>
      )}
      <div class={chosen ? 'beside' : ''}>
        <div class="main-part">
          {rows.length === 0 ? (
            <p class="pad dim">No series has “{place.filter}” in its name.</p>
          ) : (
            <Heatmap
              rows={rows}
              view={view}
              bucket={bucket}
              cell={cell}
              move={move}
              now={now}
              group={place.group}
              coarse={fine.data === undefined && fine.error === undefined}
              zoom={(factor, at) => set({ view: zoomed(view, all, factor, at) })}
              pan={(share) => set({ view: panned(view, all, share * (view.to - view.from)) })}
              fold={(group) => set({ folded: toggled(place.folded, group) })}
              choose={(at) => {
                move(at);
                fill(rows[at.row]!, at);
              }}
            />
          )}
          <p id="cell-details" class="dim" aria-live="polite">
            {chosen
              ? describe(chosen, cell)
              : 'Point at a time to see its counts; click a hole to fill it. Keys: arrows, Enter, N for the next hole, + and −.'}
          </p>
          {table}
        </div>
        {chosen && (
          <Details
            row={chosen}
            cell={cell}
            fill={() => fill(chosen, cell)}
            close={() => set({ chosen: undefined })}
            changed={refreshAll}
          />
        )}
      </div>
      {filling && (
        <FillDialog
          {...filling}
          missing={missingIn(filling.row, filling.hole)}
          close={() => setFilling(undefined)}
          started={(id) => {
            setFilling(undefined);
            setJob(id);
            refreshAll();
          }}
        />
      )}
    </>
  );
}

/** What the map is drawn from: the buckets of the view, and what the report knows of each series. */
function usePicture(months: Coverage, view: Span, all: Span, refresh: () => void) {
  const bucket = bucketFor(view);
  const [from, to] = [iso(view.from), iso(Math.min(view.to, Date.now()))];
  const fine = usePoll(
    `${bucket} ${from} ${view.to === all.to ? 'now' : view.to}`,
    async (signal) => prepare(await call('coverage', { signal, query: { bucket, from, to } })),
    (data) => (isFlying(data) ? BUSY_MS : IDLE_MS),
  );
  const known = usePoll(
    'facts',
    async (signal) => {
      const [report, followed] = await Promise.all([
        call('report', { signal }),
        call('listSeries', { signal }),
      ]);
      return factsOf(report, followed);
    },
    () => 20_000,
  );
  return {
    // Until the finer answer is there the coarser one is drawn: nothing flickers while somebody zooms.
    drawn: fine.data ?? months,
    fine,
    facts: known.data ?? NO_FACTS,
    refreshAll: (): void => {
      refresh();
      fine.refresh();
      known.refresh();
    },
  };
}

/** Always the same object, so that nothing is computed again for it. */
const NO_FACTS: ReturnType<typeof factsOf> = new Map();

function cellOf({ chosen }: CoveragePlace, rows: readonly Row[], bucket: 'hour' | 'day' | 'month') {
  const row = chosen ? rows.findIndex((one) => labelOf(one) === chosen.series) : -1;
  return chosen && row >= 0 ? cellAt(row, bucket, chosen.at) : undefined;
}

const toggled = (folded: readonly string[], group: string): string[] =>
  folded.includes(group) ? folded.filter((one) => one !== group) : [...folded, group];

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
    .every((word) => labelOf(row).toLowerCase().includes(word));

/** From the first bucket of any series to the last. */
function reachOf(months: Coverage): Span {
  // In order of time, those of each series.
  const all = months.map((series) => preparedOf(series).row.runs).filter((runs) => runs.length > 0);
  if (all.length === 0) return { from: Date.parse(months[0]!.from), to: Date.parse(months[0]!.to) };
  return {
    from: Math.min(...all.map((runs) => runs[0]!.start)),
    to: Math.min(Math.max(...all.map((runs) => runs.at(-1)!.end)), Date.now()),
  };
}
