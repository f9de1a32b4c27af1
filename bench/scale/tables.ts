import { billFor, network, type Prices, total } from '../../functions/core/costs/bill.ts';
import prices from '../../functions/core/costs/prices.json' with { type: 'json' };
import type { BudgetRun } from './budget-run.ts';
import { QUOTAS, type Quota } from './quotas.ts';
import type { LaneTime, Outcome } from './setup.ts';

export const number = (n: number, digits = 0): string =>
  n.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share: number): string => `${number(100 * share)} %`;

const REGION: Prices = prices.regions['us-east-1'];

export const usd = ({ usage }: Outcome): number => total(billFor(usage, REGION));
export const usdOfTraffic = ({ usage }: Outcome): number =>
  network(usage, REGION)['if the database is outside AWS: traffic to it']!;

export function table(header: readonly string[], lines: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export const PARTS: readonly (readonly [part: keyof LaneTime, words: string])[] = [
  ['own', 'loads and parses'],
  ['database', 'database'],
  ['venue', 'limit of the venue'],
  ['lambda', 'Lambda: none free, cold, retries'],
  ['network', 'network'],
  ['table', 'job table'],
  ['planning', 'PlanWave between waves'],
  ['idle', 'end of a wave'],
];

export function shareOf({ lanes }: Outcome, part: keyof LaneTime): number {
  const all = Object.values(lanes).reduce((sum, one) => sum + one, 0);
  return all === 0 ? 0 : lanes[part] / all;
}

/** What binds: where the lanes spend most of their time; when that is their own work, more lanes would help. */
export function binding(outcome: Outcome): string {
  const [first] = PARTS.map(([part, words]) => ({ part, words, share: shareOf(outcome, part) })).sort(
    (a, b) => b.share - a.share,
  );
  const what = first!.part === 'own' ? 'lanes' : first!.words;
  return `${what} (${percent(first!.share)})`;
}

export const endsOf = ({ ends, orders }: Outcome): string =>
  ends.size === 0 ? 'all rows' : [...ends].map(([why, n]) => `${n} of ${orders} jobs ${why}`).join('; ');

export const time = ({ seconds }: Outcome): string =>
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
      `[${new URL(quota.source).pathname.split('/').at(-1)}](${quota.source})`,
    ]),
  );
