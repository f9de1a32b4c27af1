import { MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { hash32, unit } from '../numbers/noise.ts';
import { BQ, BV, C, H, L, N, O, Q, Rows, T, V } from './rows.ts';

const PER_MINUTE = MINUTE / SECOND;

/**
 * Cuts a minute into its seconds so that they add up to it exactly: open, high, low, close, every volume and the
 * number of trades. Seconds without a trade are zero-volume rows.
 */
export function secondsOf(minute: Rows, row: number, stream: number): Rows {
  const out = new Rows(PER_MINUTE);
  const start = minute.get(row, T);
  const trades = tradesPerSecond(minute.get(row, N), stream, start);
  const busy = trades.flatMap((n, second) => (n > 0 ? [second] : []));
  const highAt = busy[hash32(stream, start + 1) % (busy.length || 1)];
  const lowAt = busy[hash32(stream, start + 2) % (busy.length || 1)];
  const last = busy.at(-1);
  const open = minute.get(row, O);
  const close = minute.get(row, C);
  let price = open;
  let done = 0;
  for (let second = 0; second < PER_MINUTE; second++) {
    const n = trades[second] as number;
    const from = price;
    if (n > 0) {
      const wander =
        (unit(stream, start + 100 + second) - 0.5) * 0.2 * (minute.get(row, H) - minute.get(row, L));
      const line = open + ((close - open) * (second + 1)) / PER_MINUTE + wander;
      price = second === last ? close : clamp(Math.round(line), minute.get(row, L), minute.get(row, H));
    }
    const at = out.next();
    const { data } = out;
    data[at + T] = start + second * SECOND;
    data[at + O] = from;
    data[at + C] = price;
    data[at + H] = second === highAt ? minute.get(row, H) : Math.max(from, price);
    data[at + L] = second === lowAt ? minute.get(row, L) : Math.min(from, price);
    data[at + N] = n;
    for (const column of [V, Q, BV, BQ]) {
      data[at + column] = share(minute, row, column, done + n) - share(minute, row, column, done);
    }
    done += n;
  }
  return out;
}

/** Sum of a column over the first `done` trades of the minute; exact at its end. */
function share(minute: Rows, row: number, column: number, done: number): number {
  const all = minute.get(row, N);
  const sum = minute.get(row, column);
  return done === all ? sum : Math.floor((sum / all) * done);
}

function tradesPerSecond(trades: number, stream: number, start: number): number[] {
  const weights = Array.from({ length: PER_MINUTE }, (_, second) => unit(stream, start + 200 + second) ** 3);
  const total = weights.reduce((a, b) => a + b, 0);
  let weight = 0;
  let given = 0;
  return weights.map((w, second) => {
    weight += w;
    const upTo = second === PER_MINUTE - 1 ? trades : Math.floor((trades * weight) / total);
    const n = upTo - given;
    given = upTo;
    return n;
  });
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
