import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { RunSpec } from '../../simulation/run.ts';

type Setting = Required<Pick<RunSpec, 'days' | 'quiet'>> & Pick<RunSpec, 'start' | 'history' | 'mean'>;

/** A quarter of a day with faults, and as long as a lack must have lasted before it counts. */
const SHORT = { days: 0.25, quiet: 1.25 };
/** A month after the labels of statistics moved. */
const MONTH = Date.UTC(2026, 6, 1);

/** The same for every fault, in turn, the cheapest first. */
const ROTATION: readonly Setting[] = [
  // What is ordered has the end of a month in it, and its files are there.
  { ...SHORT, start: MONTH + 9 * HOUR, history: 1.5 * DAY },
  { ...SHORT, start: MONTH - 11 * HOUR, history: DAY, mean: 20 },
  { ...SHORT, history: DAY, mean: 20 },
  // The API forgets statistics after thirty days.
  { ...SHORT, start: MONTH + 9 * HOUR, history: 36 * DAY },
  { days: 1, quiet: 2 },
];

export const settingOf = (seed: number): Setting => ROTATION[(seed - 1) % ROTATION.length]!;
