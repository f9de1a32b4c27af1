const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A decimal number from a text or a JSON number; undefined for anything else, the empty string included. */
export function numberIn(cell: unknown): number | undefined {
  const value =
    typeof cell === 'string' && DECIMAL.test(cell)
      ? Number(cell)
      : typeof cell === 'number'
        ? cell
        : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
