import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { RunSpec } from './run.ts';

/** A run that failed once and must not again. */
export interface Regression extends RunSpec {
  /** what was wrong, in a few words */
  readonly what: string;
  /** the commit whose functions ran until a deployment; absent: the present version ran from the beginning */
  readonly before?: string;
}

/** One line of JSON for each. */
export const REGRESSIONS = new URL('regressions.jsonl', import.meta.url);

export const readRegressions = (file: URL = REGRESSIONS): Regression[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => JSON.parse(line) as Regression)
    : [];

/** Appends a line; fields that are not of a regression are left out. */
export function keepRegression(regression: Regression, file: URL = REGRESSIONS): void {
  const { what, before, seed, days, quiet, start, history, mean, sources, limits, plan } = regression;
  const line = { what, before, seed, days, quiet, start, history, mean, sources, limits, plan };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
