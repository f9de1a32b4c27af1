import { ASSUMED } from './assumptions.ts';
import prices from './aws.json' with { type: 'json' };
import type { Usage } from './usage.ts';

export type Prices = (typeof prices)['regions']['us-east-1'];

/** USD by purpose. */
export type Bill = Readonly<Record<string, number>>;

const MILLION = 1e6;
const GB = 1e9;
const HOURS_PER_MONTH = 730;

/** What a piece of work costs. */
export const billFor = (used: Usage, p: Prices): Bill => ({
  Lambda: used.lambdaGbSeconds * p.lambdaGbSecond + (used.lambdaCalls / MILLION) * p.lambdaMillionCalls,
  'Step Functions, jobs': (used.transitions / MILLION) * p.standardMillionTransitions,
  'Step Functions, chunks':
    (used.expressRequests / MILLION) * p.expressMillionRequests + used.expressGbSeconds * p.expressGbSecond,
  DynamoDB: (used.writes / MILLION) * p.dynamoMillionWrites + (used.reads / MILLION) * p.dynamoMillionReads,
  Logs: (used.logBytes / GB) * p.logsGb,
});

/** What a stack costs in a month without work, its API hardly used. */
export const standing = (p: Prices): Bill => ({
  'Alarms, metrics, dashboard':
    ASSUMED.alarms * p.alarmMonth + ASSUMED.logMetrics * p.metricMonth + p.dashboardMonth,
  Secrets: ASSUMED.secrets * p.secretMonth,
  API: (ASSUMED.apiCallsPerMonth / MILLION) * p.apiMillionCalls,
});

/** What the choice of a network adds. */
export const network = (used: Usage, p: Prices): Bill => ({
  'if the database is outside AWS: traffic to it': (used.bytesOut / GB) * p.internetOutGb,
  'with -c vpc=new: traffic through NAT': ((used.bytesIn + used.bytesOut) / GB) * p.natGb,
});

/** What a NAT gateway costs in a month by being there, in USD by purpose. */
export const natMonth = (p: Prices): Bill => ({
  'with -c vpc=new: the NAT gateway': HOURS_PER_MONTH * p.natHour,
});

/** The sum of a bill, in USD. */
export const total = (bill: Bill): number => Object.values(bill).reduce((a, b) => a + b, 0);
