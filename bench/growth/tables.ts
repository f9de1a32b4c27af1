import { number, table } from '../document/markdown.ts';
import type { Crowd } from './contention.ts';
import type { Cpu } from './gauges.ts';
import type { Ordered, Stage } from './load.ts';

type Measured = Pick<Ordered, 'rows' | 'seconds' | 'cpu'>;

/** The sums over some orders. */
export const rowsPerSecond = (orders: readonly Measured[]): number =>
  total(orders, ({ rows }) => rows) / total(orders, ({ seconds }) => seconds);

/** CPU seconds for a million rows. */
export const cpuPerMillion = (orders: readonly Measured[], of: keyof Cpu): number =>
  (total(orders, ({ cpu }) => cpu[of]) / total(orders, ({ rows }) => rows)) * 1e6;

const total = (orders: readonly Measured[], of: (one: Measured) => number): number =>
  orders.reduce((sum, one) => sum + of(one), 0);

const thousands = (n: number): string => number(Math.round(n / 1_000) * 1_000);

export function loadTable(stages: readonly Stage[]): string {
  const line = (what: string, of: (stage: Stage) => string) => [what, ...stages.map(of)];
  const cpu = (of: keyof Cpu) => (stage: Stage) => number(cpuPerMillion(stage.orders, of), 2);
  const perSeries = (ms: number, { symbolYears }: Stage) => `${number(ms / symbolYears, 1)} ms`;
  return table(
    ['symbol-years', ...stages.map(({ symbolYears }) => number(symbolYears))],
    [
      line('rows/s', ({ orders }) => thousands(rowsPerSecond(orders))),
      line('CPU for a million rows, s: host', cpu('host')),
      line("PostgreSQL's sessions", cpu('sessions')),
      line('its autovacuum, checkpoints, WAL', cpu('upkeep')),
      line('most memory of the host, MB', ({ peakMb }) => number(peakMb)),
      line('heap after a collection, MB', ({ keptMb }) => number(keptMb, 1)),
      line('a year of one symbol again, nothing missing', ({ againOneMs }) => `${number(againOneMs)} ms`),
      line(
        'all of them again in one job',
        (stage) => `${number(stage.againAllMs)} ms, ${perSeries(stage.againAllMs, stage)} each`,
      ),
      line(
        'report of all series',
        (stage) => `${number(stage.reportMs)} ms, ${perSeries(stage.reportMs, stage)} each`,
      ),
      line('rows of the ledger', ({ ledgerRows }) => number(ledgerRows)),
      line('bytes on disk for a row: table', ({ tableBytesPerRow }) => number(tableBytesPerRow, 1)),
      line('its primary key', ({ indexBytesPerRow }) => number(indexBytesPerRow, 1)),
    ],
  );
}

/** The others are compared with the first of several runs with as many fetchers. */
export function crowdTable(crowds: readonly Crowd[], yardstick: number): string {
  const base = crowds.find(({ fetchers }) => fetchers === yardstick);
  if (!base) throw new Error(`no run with ${yardstick} fetchers`);
  const rate = (run: Crowd) => rowsPerSecond([run]);
  const cpu = (of: keyof Cpu) => (run: Crowd) => number(cpuPerMillion([run], of), 2);
  const line = (what: string, of: (run: Crowd) => string) => [what, ...crowds.map(of)];
  const at = (sorted: readonly number[], share: number) =>
    number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!, 1);
  return table(
    ['fetchers at once', ...crowds.map(({ fetchers }) => number(fetchers))],
    [
      line('rows/s', (run) => thousands(rate(run))),
      line(`against ${yardstick}`, (run) => number(rate(run) / rate(base), 2)),
      line('CPU for a million rows, s: fetchers', cpu('host')),
      line("PostgreSQL's sessions", cpu('sessions')),
      line('statements at work, s of all sessions', ({ waits }) => number(waits.active, 1)),
      line(
        'of that waiting for a lock, s',
        waited((type) => type === 'Lock'),
      ),
      line(
        'to extend the primary key, s',
        waited((_, event) => /^extend of .*_pkey$/.test(event)),
      ),
      line(
        'to extend the table, s',
        waited((_, event) => /^extend of .*klines$/.test(event)),
      ),
      line('requests to the job table', ({ table: { requests } }) => number(requests)),
      line('refused, sent again', ({ table: { refused, retries } }) => `${refused}, ${retries}`),
      line('a checkpoint: median, 99 of 100, ms', ({ checkpoints }) =>
        [at(checkpoints, 0.5), at(checkpoints, 0.99)].join(', '),
      ),
      line('delay of the process, 99 of 100, ms', ({ loopMs }) => number(loopMs)),
      line('most memory, MB', ({ peakMb }) => number(peakMb)),
    ],
  );
}

/** The sum over some kinds of waits, by their type and event. */
const waited =
  (of: (type: string, event: string) => boolean) =>
  ({ waits }: Crowd): string =>
    number(
      waits.waits.reduce((sum, { type, event, seconds }) => sum + (of(type, event) ? seconds : 0), 0),
      1,
    );
