import { expect } from 'vitest';
import type { TestHost } from './host.ts';

interface Coverage {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: string;
  readonly runs: readonly { readonly buckets: number; readonly have: number; readonly missing: number }[];
}

/** The coverage API's counts for each series, by `source symbol timeframe`: stored rows and missing steps. */
export async function coverageOf(
  at: TestHost,
  query: string,
): Promise<Map<string, { have: number; missing: number }>> {
  const { body } = await at.ask<Coverage[]>(`/backfill/coverage?${query}`);
  const sum = ({ runs }: Coverage, of: 'have' | 'missing') =>
    runs.reduce((all, run) => all + run.buckets * run[of], 0);
  return new Map(
    body.map((one) => [
      `${one.source} ${one.symbol} ${one.timeframe}`,
      { have: sum(one, 'have'), missing: sum(one, 'missing') },
    ]),
  );
}

/** Expects coverage by hour, day and month, the report and the forced count to match the stored rows, which `sql` counts by symbol. */
export async function expectRealCounts(
  at: TestHost,
  source: string,
  truth: readonly { readonly symbol: string; readonly n: number }[],
): Promise<void> {
  const counts = Object.fromEntries(truth.map(({ symbol, n }) => [symbol, n]));
  expect(Object.values(counts).every((n) => n > 0)).toBe(true);
  for (const bucket of ['hour', 'day', 'month']) {
    const from = bucket === 'hour' ? '&from=2021-01-01' : '';
    const covered = await coverageOf(at, `source=${source}&bucket=${bucket}${from}`);
    expect(bySymbol([...covered].map(([label, { have }]) => [label.split(' ')[1]!, have]))).toEqual(counts);
  }
  const report = (await at.ask<{ symbol: string; rows: number }[]>(`/backfill/report?source=${source}`)).body;
  expect(bySymbol(report.map(({ symbol, rows }) => [symbol, rows]))).toEqual(counts);
  const init = { method: 'POST', body: JSON.stringify({ source }) };
  const { body } = await at.ask<{ counted: { symbol: string; rows: number; lost: number }[] }>(
    '/backfill/audit',
    init,
  );
  expect(bySymbol(body.counted.map(({ symbol, rows }) => [symbol, rows]))).toEqual(counts);
  expect(body.counted.reduce((sum, { lost }) => sum + lost, 0)).toBe(0);
}

const bySymbol = (entries: readonly (readonly [string, number])[]): Record<string, number> =>
  Object.fromEntries(entries);
