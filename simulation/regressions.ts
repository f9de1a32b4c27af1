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

const FIELDS = [
  'seed',
  'days',
  'quiet',
  'start',
  'history',
  'mean',
  'sources',
  'kinds',
  'swarm',
  'past',
  'limits',
  'plan',
] as const satisfies readonly (keyof RunSpec)[];

/** What a run follows from, without what came of it. */
export const specOf = (run: RunSpec): RunSpec =>
  Object.fromEntries(
    FIELDS.flatMap((field) => (run[field] === undefined ? [] : [[field, run[field]]])),
  ) as unknown as RunSpec;

/** Appends a line; fields that are not of a regression are left out. */
export function keepRegression(regression: Regression, file: URL = REGRESSIONS): void {
  const { what, before } = regression;
  appendFileSync(file, `${JSON.stringify({ what, before, ...specOf(regression) })}\n`);
}
