import type { StageResult } from '../seed/run-stage.ts';
import { rateOf, secondsOf } from './job.ts';
import { type Column, type Look, table } from './table.ts';
import { count, seconds } from './values.ts';

const COLUMNS: readonly Column[] = [
  { title: 'Stage' },
  { title: 'Rows', align: 'right' },
  { title: 'Seconds', align: 'right', rank: 2 },
  { title: 'Rows/s', align: 'right', rank: 1 },
  { title: 'State' },
];

export function seedTable(results: readonly StageResult[], now: number, look: Look): string[] {
  return table(
    COLUMNS,
    results.map((result) => rowOf(result, now)),
    look,
  );
}

function rowOf(result: StageResult, now: number): string[] {
  if ('unavailable' in result) return [result.family, '-', '-', '-', 'not available in this version'];
  if ('skipped' in result) return [result.family, '-', '-', '-', `skipped: ${result.skipped}`];
  if ('error' in result) return [result.family, '-', '-', '-', 'failed'];
  const { job, family } = result;
  const took = secondsOf(job, now);
  return [family, count(job.rows_fetched), seconds(took), count(rateOf(job.rows_fetched, took)), job.status];
}
