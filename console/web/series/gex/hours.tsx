import { call } from '../../lib/client.ts';
import { day, minute, short } from '../../lib/format.ts';
import { Empty, Waiting } from '../../lib/parts.tsx';
import { usePoll } from '../../lib/poll.ts';
import { msOf, type Report, type Source } from '../data.ts';
import { type Grid, gridOf, type Measure } from './exposure.ts';
import { loadHistory } from './history.ts';

interface Props {
  readonly report: Report;
  readonly source: Source;
  readonly measure: Exclude<Measure, 'sides'>;
  /** an expiry's instant; empty: all */
  readonly expiry: string;
  /** the instant of the newest snapshot: what was loaded before holds until there is another one */
  readonly newest: string;
  /** px */
  readonly width: number;
}

/** Snapshots that are shown: two days of one an hour. */
const SNAPSHOTS = 48;
const COLUMNS = 'time,expiry,strike,spot,call_gex,put_gex';
const MOST_LINES = 32;

/** Exposure by strike and hour as a heatmap, with the price across it. */
export function Hours({ report, source, measure, expiry, newest, width }: Props) {
  const { symbol, timeframe } = report;
  const step = msOf(timeframe);
  const from = Date.parse(newest) - (SNAPSHOTS - 1) * step;
  const history = usePoll(
    `hours ${source.id} ${symbol} ${newest}`,
    (signal) =>
      loadHistory(from, (wanted) =>
        call('rows', {
          signal,
          params: { table: source.table },
          query: { source: source.id, symbol, timeframe: timeframe as '1m', columns: COLUMNS, ...wanted },
        }),
      ),
    // Another snapshot has another key.
    () => 600_000,
  );
  return (
    <Waiting polled={history} what="the last snapshots">
      {(rows) => {
        const grid = gridOf(rows, { measure, expiry, most: MOST_LINES });
        if (!grid) return <Empty title="Nothing near the price" />;
        return <Heat grid={grid} step={step} symbol={symbol} measure={measure} width={width} />;
      }}
    </Waiting>
  );
}

const LINE = 15;
const NAMES = 64;
const AXIS = 20;

interface HeatProps extends Pick<Props, 'measure' | 'width'> {
  readonly grid: Grid;
  /** ms between two snapshots */
  readonly step: number;
  readonly symbol: string;
}

function Heat({ grid, step, symbol, measure, width }: HeatProps) {
  const { times, strikes, spots, values, largest } = grid;
  const [first, last] = [times[0]!, times.at(-1)!];
  const columns = Math.round((last - first) / step) + 1;
  const cell = Math.min(48, (width - NAMES) / columns);
  const height = strikes.length * LINE;
  const x = (at: number): number => NAMES + ((at - first) / step) * cell;
  const y = (price: number): number => height - ((price - strikes[0]!) / grid.width) * LINE;
  const [newest] = [spots.at(-1)!];
  return (
    <svg
      width={width}
      height={height + AXIS}
      viewBox={`0 0 ${width} ${height + AXIS}`}
      role="img"
      aria-label={`${measure === 'net' ? 'Net' : 'Gross'} gamma exposure of ${symbol} options by strike and hour, ${times.length} snapshots from ${minute(first)} to ${minute(last)} UTC, largest ${short(largest)} USD, price ${short(newest)}`}
    >
      {values.map((column, i) =>
        column.map((value, line) =>
          value === 0 ? null : (
            <rect
              key={`${times[i]} ${strikes[line]}`}
              class={measure === 'gross' ? 'gross' : value > 0 ? 'call' : 'put'}
              // A few strikes have most of it: the root shows the others too.
              fill-opacity={Math.max(0.06, Math.sqrt(Math.abs(value) / largest))}
              x={x(times[i]!)}
              y={height - (line + 1) * LINE}
              width={Math.max(1, cell - 0.5)}
              height={LINE - 0.5}
            >
              <title>{`${minute(times[i]!)}, ${strikes[line]} to ${strikes[line]! + grid.width}: ${short(value)} USD`}</title>
            </rect>
          ),
        ),
      )}
      {strikes.map((strike, line) =>
        line % 2 === 0 ? (
          <text key={strike} x={NAMES - 6} y={height - line * LINE - 3} text-anchor="end">
            {strike}
          </text>
        ) : null,
      )}
      <polyline
        class="spot"
        points={spots.map((spot, i) => `${x(times[i]!) + cell / 2},${y(spot)}`).join(' ')}
      />
      <text class="spot-name" x={Math.min(width - 4, x(last) + cell)} y={y(newest) - 4} text-anchor="end">
        {`price ${short(newest)}`}
      </text>
      <text x={NAMES} y={height + 14}>
        {minute(first)}
      </text>
      {columns > 12 && (
        <text x={Math.min(width - 4, x(last) + cell)} y={height + 14} text-anchor="end">
          {day(first) === day(last) ? minute(last).slice(11) : minute(last)}
        </text>
      )}
    </svg>
  );
}
