import { count as full, minute, short } from '../../lib/format.ts';
import type { Point } from '../data.ts';

interface Props {
  readonly point: Point | undefined;
  readonly before: Point | undefined;
  readonly shape: 'candles' | 'line';
  readonly column: string;
  /** the values may be negative */
  readonly signed: boolean;
  /** kinds of what was found at this instant */
  readonly findings: readonly string[];
}

/** The values under the crosshair, or the newest ones. */
export function Legend({ point, before, shape, column, signed, findings }: Props) {
  if (!point) return null;
  const { row } = point;
  const [close, last] = [row.close, before?.row.close].map(Number);
  // A change in percent means nothing for values that go through zero, such as a premium.
  const change = shape === 'candles' && before && !signed && last ? (close! / last - 1) * 100 : undefined;
  return (
    <p class="values">
      <span>{minute(point.at)}</span>
      {shape === 'candles' ? (
        <>
          <span>O {text(row.open)}</span>
          <span>H {text(row.high)}</span>
          <span>L {text(row.low)}</span>
          <span>C {text(row.close)}</span>
          {typeof row.volume === 'number' && <span>V {short(row.volume)}</span>}
          {change !== undefined && (
            <span>{`${change >= 0 ? '+' : '−'}${Math.abs(change).toFixed(2)} %`}</span>
          )}
        </>
      ) : (
        <span>{`${column.replaceAll('_', ' ')} ${text(row[column])}`}</span>
      )}
      {findings.length > 0 && <span class="bad-text">{findings.join(', ')}</span>}
    </p>
  );
}

const text = (value: unknown): string =>
  typeof value !== 'number'
    ? '–'
    : Math.abs(value) >= 1e7
      ? full(value)
      : String(Number(value.toPrecision(10)));
