import { numberIn } from '../csv/numbers.ts';
import { malformed, readJson } from '../rest/malformed.ts';
import { isInstant } from '../rest/values.ts';

/**
 * The `result` of an answer that the venue's `judge` let through.
 * @throws GordonError `malformed-rows`
 */
export function resultIn(body: Uint8Array, subject: string): Readonly<Record<string, unknown>> {
  const { retCode, result } = (readJson(body, subject) ?? {}) as { retCode?: unknown; result?: unknown };
  if (retCode !== 0) throw malformed(subject, `the answer has retCode ${String(retCode)}.`);
  if (typeof result !== 'object' || result === null) throw malformed(subject, 'the answer has no result.');
  return result as Record<string, unknown>;
}

/**
 * `result.list`, in the venue's order: newest first.
 * @throws GordonError `malformed-rows`
 */
export function listIn(body: Uint8Array, subject: string): readonly unknown[] {
  const { list } = resultIn(body, subject);
  if (!Array.isArray(list)) throw malformed(subject, 'the result has no list.');
  return list;
}

/** A number as Bybit writes it, a string; undefined for anything else, the empty string included. */
export const textNumberIn = (cell: unknown): number | undefined =>
  typeof cell === 'string' ? numberIn(cell) : undefined;

/** A stamp in milliseconds, a string; undefined for anything else, another unit included. */
export function stampIn(cell: unknown): number | undefined {
  const at = textNumberIn(cell);
  return at !== undefined && isInstant(at) ? at : undefined;
}

export interface Instrument {
  /** such as `Trading` or `Closed` */
  readonly status: string;
  /** epoch ms; spot markets publish none */
  readonly launchedAt: number | undefined;
  /** minutes between two settlements at present; perpetuals only */
  readonly fundingMinutes: number | undefined;
}

/**
 * One symbol in an answer of `instruments-info`.
 * @returns undefined when it is not listed there
 * @throws GordonError `malformed-rows`
 */
export function instrumentIn(body: Uint8Array, symbol: string): Instrument | undefined {
  const found = listIn(body, symbol).find(
    (entry) => (entry as { symbol?: unknown } | null)?.symbol === symbol,
  );
  if (!found) return undefined;
  const { status, launchTime, fundingInterval } = found as Record<string, unknown>;
  return {
    status: String(status),
    launchedAt: textNumberIn(launchTime),
    fundingMinutes: typeof fundingInterval === 'number' ? fundingInterval : undefined,
  };
}
