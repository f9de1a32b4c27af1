import { short } from '../../lib/format.ts';
import { type Measure, measured } from './exposure.ts';

interface Bar {
  readonly name: string;
  /** USD; neither is negative */
  readonly call: number;
  readonly put: number;
}

interface Props {
  readonly bars: readonly Bar[];
  readonly measure: Measure;
  /** px */
  readonly width: number;
  readonly label: string;
  /** a line before a bar, with its name */
  readonly mark?: { readonly before: number; readonly name: string };
}

/** px of a bar with its gap; of the names beside it */
const BAR = 16;
const NAMES = 86;

/** Horizontal bars: puts to the left and calls to the right of the names, or what is left of both, or their sum. */
export function Bars({ bars, measure, width, label, mark }: Props) {
  const height = bars.length * BAR + 4;
  const half = (width - NAMES) / 2;
  const ends = bars.map((bar) => endsOf(bar, measure));
  const largest = Math.max(1, ...ends.flatMap(({ left, right }) => [left, right]));
  const room = measure === 'gross' ? width - NAMES : half;
  const length = (value: number): number => (value / largest) * room;
  const start = measure === 'gross' ? 0 : half;
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${label}, ${bars.length} bars, largest ${short(largest)} USD${mark ? `, ${mark.name}` : ''}`}
    >
      {bars.map((bar, i) => {
        const { left, right } = ends[i]!;
        return (
          <g key={bar.name} transform={`translate(0 ${i * BAR})`}>
            <title>{`${bar.name}: calls ${short(bar.call)}, puts ${short(bar.put)}, net ${short(measured(bar, 'net'))}, gross ${short(measured(bar, 'gross'))} USD`}</title>
            <rect class="room" x={0} y={0} width={width} height={BAR} />
            <rect class="put" x={start - length(left)} y={1} width={length(left)} height={BAR - 3} />
            <rect
              class={measure === 'gross' ? 'gross' : 'call'}
              x={start + NAMES}
              y={1}
              width={length(right)}
              height={BAR - 3}
            />
            <text x={start + NAMES / 2} y={BAR - 4} text-anchor="middle">
              {bar.name}
            </text>
          </g>
        );
      })}
      {mark && (
        <>
          <line
            class="spot"
            x1={0}
            x2={width}
            y1={Math.max(1, mark.before * BAR)}
            y2={Math.max(1, mark.before * BAR)}
          />
          <text class="spot-name" x={width - 4} y={Math.max(12, mark.before * BAR - 4)} text-anchor="end">
            {mark.name}
          </text>
        </>
      )}
    </svg>
  );
}

function endsOf(bar: Bar, measure: Measure): { readonly left: number; readonly right: number } {
  if (measure === 'sides') return { left: bar.put, right: bar.call };
  const value = measured(bar, measure);
  return { left: Math.max(0, -value), right: Math.max(0, value) };
}
