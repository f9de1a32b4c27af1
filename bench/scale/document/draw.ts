import { lineChart } from '../../document/charts.ts';
import type { Outcome } from '../model/outcome.ts';
import { ARCHIVE_SHARDS } from './scenarios.ts';

const HOUR = 3_600;
const databases = (n: number): string => (n === 1 ? '1 database' : `${n} databases`);
const fetchersOf = ({ setup, orders }: Outcome): number => setup.lanes * orders;

export const drawArchive = (file: string, runs: readonly Outcome[]): Promise<void> =>
  lineChart(
    file,
    '10,000 symbols, ten years of 1m from the archive',
    runs
      .filter(({ ends }) => ends.size === 0)
      .map((run) => ({
        fetchers: fetchersOf(run),
        hours: run.seconds / HOUR,
        databases: databases(run.setup.shards),
      })),
    { field: 'fetchers', title: 'fetchers at once', log: true },
    { field: 'hours', title: 'hours', log: true },
    { field: 'databases', title: '', sort: ARCHIVE_SHARDS.map(databases) },
  );

export const drawRest = (file: string, runs: readonly Outcome[]): Promise<void> =>
  lineChart(
    file,
    'The same from REST alone',
    runs.map((run) => ({
      addresses: run.setup.addresses,
      days: run.seconds / 24 / HOUR,
      setup: `${fetchersOf(run)} fetchers, ${databases(run.setup.shards)}`,
    })),
    { field: 'addresses', title: 'egress addresses', log: true },
    { field: 'days', title: 'days', log: true },
    { field: 'setup', title: '' },
  );
