import prices from '../../../functions/core/costs/aws.json' with { type: 'json' };
import { billFor, network, type Prices, total } from '../../../functions/core/costs/bill.ts';
import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import { number, table } from '../../document/markdown.ts';
import { TAKEN } from '../model/assumptions.ts';
import type { Outcome } from '../model/outcome.ts';
import { QUOTAS, type Quota } from '../model/quotas.ts';
import { balanceOf, moduloOf, movedShare } from '../model/shards.ts';
import type { BudgetRun } from './budget-run.ts';

const percent = (share: number): string => `${number(100 * share)} %`;

const REGION: Prices = prices.regions['us-east-1'];

const usd = ({ usage }: Outcome): number => total(billFor(usage, REGION));
export const usdOfTraffic = ({ usage }: Outcome): number =>
  network(usage, REGION)['if the database is outside AWS: traffic to it']!;

const PARTS: readonly (readonly [part: keyof Outcome['lanes'], words: string])[] = [
  ['own', 'loads and parses'],
  ['database', 'database'],
  ['venue', 'limit of the venue'],
  ['lambda', 'Lambda: none free, cold, retries'],
  ['network', 'network'],
  ['table', 'job table'],
  ['planning', 'PlanWave between waves'],
  ['idle', 'end of a wave'],
];

function shareOf({ lanes }: Outcome, part: keyof Outcome['lanes']): number {
  const all = Object.values(lanes).reduce((sum, one) => sum + one, 0);
  return all === 0 ? 0 : lanes[part] / all;
}

/** What binds: where the lanes spend most of their time. When that is their own work, more lanes would help. */
function binding(outcome: Outcome): string {
  const [first] = PARTS.map(([part, words]) => ({ part, words, share: shareOf(outcome, part) })).sort(
    (a, b) => b.share - a.share,
  );
  const what = first!.part === 'own' ? 'lanes' : first!.words;
  return `${what} (${percent(first!.share)})`;
}

const endsOf = ({ ends, orders }: Outcome): string =>
  ends.size === 0 ? 'all rows' : [...ends].map(([why, n]) => `${n} of ${orders} jobs ${why}`).join('; ');

const time = ({ seconds }: Outcome): string =>
  seconds > 3 * 86_400 ? `${number(seconds / 86_400, 1)} d` : `${number(seconds / 3_600, 1)} h`;

export const runsTable = (runs: readonly Outcome[]): string =>
  table(
    ['lanes a job', 'fetchers', 'databases', 'time', 'million rows/s', 'USD', 'what binds', 'jobs end'],
    runs.map((run) => [
      String(run.setup.lanes),
      `${run.setup.lanes * run.orders}${run.setup.reserved ? `, at most ${run.setup.reserved}` : ''}`,
      `${run.setup.shards}${run.setup.maxConnections < 5_000 ? ` of ${run.setup.maxConnections} connections` : ''}`,
      run.ends.size === 0 ? time(run) : `not all, ${time(run)}`,
      number(run.rows / run.seconds / 1e6, 2),
      number(usd(run)),
      binding(run),
      endsOf(run),
    ]),
  );

export const restTable = (runs: readonly Outcome[]): string =>
  table(
    [
      'addresses',
      'fetchers',
      'databases',
      'time',
      'thousand rows/s',
      'USD',
      'calls',
      'deferred',
      'what binds',
    ],
    runs.map((run) => [
      String(run.setup.addresses),
      `${run.setup.lanes * run.orders}${run.setup.reserved ? `, at most ${run.setup.reserved}` : ''}`,
      String(run.setup.shards),
      time(run),
      number(run.rows / run.seconds / 1e3),
      number(usd(run)),
      `${number(run.calls / 1e6, 1)} million`,
      number(run.deferred),
      binding(run),
    ]),
  );

export const budgetTable = (runs: readonly BudgetRun[]): string =>
  table(
    [
      'fetchers on one address',
      'of the published limit',
      'most in a window',
      'writes a minute to the counter',
      'of them refused',
      'most in a second',
    ],
    runs.map((run) => [
      number(run.workers),
      percent(run.used),
      number(run.most),
      number(run.writesPerMinute),
      number(run.refusedPerMinute),
      number(run.mostWrites),
    ]),
  );

export const quotaTable = (): string =>
  table(
    ['quota', 'value', 'raised on request', 'read on', 'source'],
    Object.values(QUOTAS as Record<string, Quota>).map((quota) => [
      quota.name,
      `${number(quota.value)} ${quota.unit}`,
      quota.adjustable ? 'yes' : 'no',
      quota.known === 'page' ? 'a stored copy' : 'from memory',
      `[${new URL(quota.page).pathname.split('/').at(-1)}](${quota.page})`,
    ]),
  );

/** Mean use of each limit, as a share of it. */
export const useTable = (
  runs: readonly (readonly [name: string, run: Outcome])[],
  family: LimitFamily,
): string =>
  table(
    ['limit', ...runs.map(([name]) => name)],
    LIMITS.map(([name, shareUsed]) => [name, ...runs.map(([, run]) => percent(shareUsed(run, family)))]),
  );

type Use = (run: Outcome, family: LimitFamily) => number;
const LIMITS: readonly (readonly [name: string, use: Use])[] = [
  ['database, rows/s', ({ rows, seconds, setup }) => rows / seconds / (setup.shards * setup.storedPerSecond)],
  ['Lambda, executions', (run) => (run.fetchSeconds + run.planSeconds) / run.seconds / run.setup.concurrency],
  [
    'connections',
    ({ fetchSeconds, seconds, setup }) =>
      (fetchSeconds * TAKEN.connectionsPerFetcher) / seconds / (setup.shards * setup.maxConnections),
  ],
  ['NAT gateway at first', ({ bytes, seconds }) => bytes / seconds / QUOTAS.natBandwidthAtFirst.value],
  ['job table, writes', ({ usage, seconds }) => usage.writes / seconds / QUOTAS.tableWritesAtFirst.value],
  ['map items started', ({ children, seconds }) => children / seconds / QUOTAS.startExpress.value],
  [
    'weight of the venue',
    ({ pages, seconds, setup }, { limit, windowMs }) =>
      (pages * PAGE_WEIGHT * windowMs) / 1_000 / seconds / (setup.addresses * limit),
  ],
];
/** of a page of candles */
const PAGE_WEIGHT = 2;

/** How evenly rendezvous hashing spreads keys over 2 to 16 databases, and what one more database moves. */
export const shardingTable = (keys: readonly string[]): string =>
  table(
    ['databases', 'fullest', 'emptiest', 'moved by one more', 'modulo would move'],
    [2, 4, 8, 16].map((n) => {
      const { fullest, emptiest } = balanceOf(keys, n);
      return [
        String(n),
        `${number(fullest, 3)} of the mean`,
        number(emptiest, 3),
        `${percent(movedShare(keys, n, n + 1))} (ideal ${percent(1 / (n + 1))})`,
        percent(movedShare(keys, n, n + 1, moduloOf)),
      ];
    }),
  );
