import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { RunSpec } from './run.ts';

/** A run that failed once and must not again. */
export interface Regression extends RunSpec {
  /** what was wrong, in a few words */
  readonly what: string;
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

export const keepRegression = ({ what, seed, days, plan }: Regression, file: URL = REGRESSIONS): void =>
  appendFileSync(file, `${JSON.stringify({ what, seed, days, plan })}\n`);
