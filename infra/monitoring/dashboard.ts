import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { Watched } from './alarm-specs.ts';

export interface DashboardProps {
  readonly watched: Watched;
  readonly table: Table;
  readonly alarms: readonly Alarm[];
}

const SUM = { period: Duration.minutes(5), statistic: 'Sum' } as const;
const P95 = { period: Duration.minutes(5), statistic: 'p95' } as const;

/** One page: alarms, jobs, fetchers, venues, schedules, API, job table. */
export function dashboard(scope: Construct, { watched, table, alarms }: DashboardProps): Dashboard {
  const { functions, machine, api, logs, deadLetters } = watched;
  const fetcher = functions.find(({ spec }) => spec.state === 'FetchChunk')!.lambda;
  const called = functions.filter(({ spec }) => spec.schedules ?? spec.events);
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: Stack.of(scope).stackName,
    defaultInterval: Duration.days(1),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24 })],
      [
        graph('Jobs', machine.metricStarted(SUM), machine.metricSucceeded(SUM), machine.metricFailed(SUM)),
        graph(
          'Jobs with gaps, failed',
          logs.metric('JobsEndedWithGaps', SUM),
          logs.metric('JobsEndedFailed', SUM),
        ),
        graph('Rows of ended jobs', logs.metric('RowsOfEndedJobs', SUM)),
      ],
      [
        graph(
          'Fetchers',
          fetcher.metricInvocations(SUM),
          fetcher.metricErrors(SUM),
          fetcher.metricThrottles(SUM),
        ),
        graph('Fetcher duration, p95', fetcher.metricDuration(P95)),
        graph('Venues', logs.metric('JobsWaitingForVenue', SUM), logs.metric('RegionRefused', SUM)),
      ],
      [
        graph('Schedules and events', ...called.map(({ lambda }) => lambda.metricInvocations(SUM))),
        graph('Dead letters', deadLetters.metricApproximateNumberOfMessagesVisible()),
        graph(
          'Job table',
          table.metricConsumedReadCapacityUnits(SUM),
          table.metricConsumedWriteCapacityUnits(SUM),
        ),
      ],
      [
        graph('API calls', api.metricCount(SUM), api.metricClientError(SUM), api.metricServerError(SUM)),
        graph('API latency, p95', api.metricLatency(P95)),
      ],
    ],
  });
}

const graph = (title: string, ...left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 8, height: 6 });
