import { lineChart } from '../document/charts.ts';
import type { Cpu } from './gauges.ts';
import type { Stage } from './load.ts';
import { cpuPerMillion } from './tables.ts';

const PARTS: readonly (readonly [part: keyof Cpu, words: string])[] = [
  ['host', 'host'],
  ['sessions', 'sessions of PostgreSQL'],
  ['upkeep', 'autovacuum, checkpoints, WAL'],
];

/** What a row costs, order by order: level lines mean that the size of the warehouse does not matter. */
export const draw = (file: string, stages: readonly Stage[]): Promise<void> =>
  lineChart(
    file,
    'Processor time of a million rows as the table grows',
    stages
      .flatMap(({ orders }) => orders)
      .flatMap((order) =>
        PARTS.map(([part, words]) => ({
          years: order.symbolYears,
          part: words,
          seconds: cpuPerMillion([order], part),
        })),
      ),
    { field: 'years', title: 'symbol-years of 1m candles in the table' },
    { field: 'seconds', title: 'CPU seconds' },
    { field: 'part', title: '', sort: PARTS.map(([, words]) => words) },
  );
