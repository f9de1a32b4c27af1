import type { WireFault } from './faults.ts';

/** An answer as a venue with another format would write it. What is not JSON stays as it is. */
export function reshapedBody(body: Uint8Array, fault: WireFault): Uint8Array {
  if (fault.kind === 'microseconds') return Buffer.from(inMicroseconds(Buffer.from(body).toString()));
  if (fault.kind !== 'drop-field' && fault.kind !== 'reverse') return body;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString());
  } catch {
    // An archive's zip, or the listing.
    return body;
  }
  const rows = rowsIn(value);
  if (fault.kind === 'reverse') rows.reverse();
  else for (const row of rows) drop(row, fault.field);
  return Buffer.from(JSON.stringify(value));
}

export function reshapedHeaders(
  headers: Readonly<Record<string, string>>,
  faults: readonly WireFault[],
): Record<string, string> {
  const renamed = new Map(
    faults.flatMap((fault) => (fault.kind === 'rename-header' ? [[fault.header, fault.to] as const] : [])),
  );
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [renamed.get(name) ?? name, value]),
  );
}

/** Epoch milliseconds of this century, as a number or as a whole text. */
const inMicroseconds = (text: string): string => text.replace(/(?<![\d.])(1\d{12})(?![\d.])/g, '$1000');

/** The longest list of rows in an answer, at any depth. */
function rowsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) && value.some((row) => typeof row === 'object') ? value : [];
  if (own.length > 0) return own;
  const inner = Object.values(value).map(rowsIn);
  return inner.reduce((longest, rows) => (rows.length > longest.length ? rows : longest), own);
}

function drop(row: unknown, field: string | number): void {
  if (Array.isArray(row) && typeof field === 'number') row.splice(field, 1);
  else if (typeof row === 'object' && row !== null) delete (row as Record<string | number, unknown>)[field];
}
