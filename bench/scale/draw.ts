import * as charts from './charts.ts';
import { QUOTAS } from './quotas.ts';
import { ARCHIVE_LANES, ARCHIVE_SHARDS } from './scenarios.ts';
import type { Outcome, Resource } from './setup.ts';
import { PARTS, shareOf } from './tables.ts';

interface Drawn {
  readonly archive: readonly Outcome[];
  readonly rest: readonly Outcome[];
}

const HOUR = 3_600;
const databases = (n: number): string => (n === 1 ? '1 database' : `${n} databases`);
const fetchersOf = ({ setup, orders }: Outcome): number => setup.lanes * orders;

export async function draw(folder: string, { archive, rest }: Drawn): Promise<void> {
  const names = ARCHIVE_SHARDS.map(databases);
  await charts.lines(
    `${folder}images/scale-time.svg`,
    '10,000 symbols, ten years of 1m from the archive',
    archive
      .filter(({ ends }) => ends.size === 0)
      .map((run) => ({
        fetchers: fetchersOf(run),
        hours: run.seconds / HOUR,
        databases: databases(run.setup.shards),
      })),
    { field: 'fetchers', title: 'fetchers at once', log: true },
    { field: 'hours', title: 'hours', log: true },
    { field: 'databases', title: '', sort: names },
  );
  await charts.shares(
    `${folder}images/scale-binds.svg`,
    'Where the time of a lane goes',
    archive.flatMap((run) =>
      PARTS.map(([part, words], order) => ({
        databases: databases(run.setup.shards),
        fetchers: String(fetchersOf(run)),
        part: words,
        order,
        share: shareOf(run, part),
      })),
    ),
    { field: 'databases', title: '', sort: names },
    { field: 'fetchers', title: 'fetchers', sort: ARCHIVE_LANES.map((n) => String(25 * n)) },
    { title: '', sort: PARTS.map(([, words]) => words) },
  );
  const shown = [
    { run: '200 fetchers, 1 database: 2 days', outcome: find(archive, 8, 1) },
    { run: '500 fetchers, 16 databases: hours', outcome: find(archive, 20, 16) },
  ];
  await charts.rows(
    `${folder}images/scale-use.svg`,
    'Use of each limit over time',
    shown.flatMap(({ run, outcome }) => usesOf(outcome).map((use) => ({ run, ...use }))),
    LIMITS.map(([, words]) => words),
  );
  await charts.lines(
    `${folder}images/scale-rest.svg`,
    'The same from REST alone',
    rest.map((run) => ({
      addresses: run.setup.addresses,
      days: run.seconds / 24 / HOUR,
      setup: `${fetchersOf(run)} fetchers, ${databases(run.setup.shards)}`,
    })),
    { field: 'addresses', title: 'egress addresses', log: true },
    { field: 'days', title: 'days', log: true },
    { field: 'setup', title: '' },
  );
}

function find(runs: readonly Outcome[], lanes: number, shards: number): Outcome {
  const run = runs.find(({ setup }) => setup.lanes === lanes && setup.shards === shards);
  if (!run) throw new Error(`no run with ${lanes} lanes and ${shards} databases`);
  return run;
}

/** Each resource with its limit in a run. */
const LIMITS: readonly (readonly [Resource, string, (run: Outcome) => number])[] = [
  ['rows', 'database, rows/s', ({ setup }) => setup.shards * setup.storedPerSecond],
  ['lanes', 'lanes of the maps', (run) => fetchersOf(run)],
  ['lambda', 'Lambda, executions', ({ setup }) => setup.concurrency],
  ['connections', 'connections', ({ setup }) => setup.shards * setup.maxConnections],
  ['bytes', 'NAT gateway at first', () => QUOTAS.natBandwidthAtFirst.value],
  ['tableWrites', 'job table, writes', () => QUOTAS.tableWritesAtFirst.value],
  ['children', 'map items started', () => QUOTAS.startExpress.value],
  ['weight', 'weight of the venue', ({ setup }) => (setup.addresses * 6_000) / 60],
];

/** A point for so much of a run. */
const STEP = 1 / 60;

function usesOf(run: Outcome) {
  const points: { resource: string; passed: number; share: number }[] = [];
  for (let from = 0; from < 1 - STEP / 2; from += STEP) {
    const within = run.timeline.filter(
      ({ at }) => at >= from * run.seconds && at < (from + STEP) * run.seconds,
    );
    if (within.length === 0) continue;
    for (const [resource, words, limit] of LIMITS) {
      const used = within.reduce((sum, bin) => sum + bin[resource], 0) / within.length;
      points.push({ resource: words, passed: from + STEP / 2, share: used / limit(run) });
    }
  }
  return points;
}
