const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number, written as one or as text; undefined for anything else, the empty text included. */
export function readNumber(cell: unknown): number | undefined {
  const value = typeof cell === 'string' && DECIMAL.test(cell) ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const EARLIEST = Date.UTC(2009, 0);
const LATEST = Date.UTC(2200, 0);

/** Whether epoch ms may be the time of a row; a stamp that was read in the wrong unit is not. */
export const isInstant = (at: number): boolean => at >= EARLIEST && at < LATEST;

const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/;

/** `YYYY-MM-DD` as epoch ms, midnight UTC; undefined for what is not a day. */
export function readDay(cell: unknown): number | undefined {
  if (typeof cell !== 'string' || !DAY_TEXT.test(cell)) return undefined;
  const at = Date.parse(cell);
  return Number.isNaN(at) ? undefined : at;
}
