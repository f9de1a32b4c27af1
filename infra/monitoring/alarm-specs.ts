import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { GordonFunction } from '../constructs/function.ts';
import type { LogMetrics } from './log-metrics.ts';

/** What alarms and the dashboard look at. */
export interface Watched {
  readonly functions: readonly GordonFunction[];
  readonly machine: StateMachine;
  readonly api: RestApi;
  readonly deadLetters: Queue;
  readonly logs: LogMetrics;
  /** false: the operator turned the schedules off */
  readonly scheduled: boolean;
}

export interface AlarmSpec {
  /** the section of RUNBOOK.md, and the alarm's name unless it has one of its own */
  readonly runbook: string;
  readonly name?: string;
  readonly says: string;
  readonly metric: IMetric;
  /** reached or passed; with `below`: fallen short of */
  readonly threshold: number;
  readonly below?: true;
  /** periods of the metric that must all pass the threshold; default 1 */
  readonly periods?: number;
  /** no data is the fault itself */
  readonly silenceIsBad?: true;
}

const FIVE_MINUTES = { period: Duration.minutes(5), statistic: 'Sum' } as const;
const HOUR = { period: Duration.hours(1), statistic: 'Sum' } as const;
const DAY_IN_MINUTES = 24 * 60;

export const alarmSpecs = (watched: Watched): readonly AlarmSpec[] => [
  ...jobAlarms(watched),
  ...venueAlarms(watched),
  ...fetcherAlarms(watched),
  ...serviceAlarms(watched),
  ...(watched.scheduled ? watched.functions.flatMap(scheduleAlarms) : []),
];

function jobAlarms({ machine, logs }: Watched): AlarmSpec[] {
  const failed = new MathExpression({
    label: 'failed jobs',
    // A job can fail although its execution went well: all its chunks were given up.
    expression: 'FILL(executions, 0) + FILL(timeouts, 0) + FILL(ended, 0)',
    usingMetrics: {
      executions: machine.metricFailed(FIVE_MINUTES),
      timeouts: machine.metricTimedOut(FIVE_MINUTES),
      ended: logs.metric('JobsEndedFailed', FIVE_MINUTES),
    },
    period: FIVE_MINUTES.period,
  });
  const gaps = logs.metric('JobsEndedWithGaps', HOUR);
  return [
    { runbook: 'failed-jobs', says: 'A backfill job failed.', metric: failed, threshold: 1 },
    { runbook: 'gaps-found', says: 'A job ended with rows still missing.', metric: gaps, threshold: 1 },
  ];
}

function venueAlarms({ logs }: Watched): AlarmSpec[] {
  const perishable = logs.find('PerishableDaysLeft', { period: Duration.days(1), statistic: 'Minimum' });
  const republished = logs.find('ObjectsRepublished', { period: Duration.days(1), statistic: 'Sum' });
  const restated = logs.find('RowsRestated', { period: Duration.days(1), statistic: 'Sum' });
  return [
    {
      runbook: 'region-refused',
      says: 'A venue refuses the address that the fetchers have.',
      metric: logs.metric('RegionRefused', FIVE_MINUTES),
      threshold: 1,
    },
    {
      runbook: 'venue-parked',
      says: 'Jobs have waited half an hour for a venue that cools down or is out of budget.',
      // A waiting job looks again every ten minutes.
      metric: logs.metric('JobsWaitingForVenue', { ...FIVE_MINUTES, period: Duration.minutes(10) }),
      threshold: 1,
      periods: 3,
    },
    ...(perishable
      ? [
          {
            runbook: 'perishable-series',
            says: 'Rows are missing that the venue keeps for less than seven more days.',
            metric: perishable,
            threshold: 7,
            below: true,
          } as const,
        ]
      : []),
    ...(republished
      ? [
          {
            runbook: 'republished-objects',
            says: 'The venue replaced ten or more archive objects within a day after they were loaded.',
            metric: republished,
            threshold: 10,
          },
        ]
      : []),
    ...(restated
      ? [
          {
            runbook: 'restated-histories',
            says: 'Venues restated a hundred or more rows of their history within a day.',
            metric: restated,
            threshold: 100,
          },
        ]
      : []),
  ];
}

function fetcherAlarms({ functions }: Watched): AlarmSpec[] {
  const { lambda } = functions.find(({ spec }) => spec.state === 'FetchChunk')!;
  const share = new MathExpression({
    label: 'failed calls, %',
    // Few calls are no share worth an alarm, and single errors are what retries are for.
    expression: 'IF(calls > 10, 100 * errors / calls, 0)',
    usingMetrics: {
      calls: lambda.metricInvocations(FIVE_MINUTES),
      errors: lambda.metricErrors(FIVE_MINUTES),
    },
    period: FIVE_MINUTES.period,
  });
  return [
    {
      runbook: 'fetcher-errors',
      says: 'A fifth of the fetchers failed for a quarter of an hour.',
      metric: share,
      threshold: 20,
      periods: 3,
    },
    {
      runbook: 'fetcher-throttles',
      says: 'Lambda has refused fetchers for a quarter of an hour.',
      metric: lambda.metricThrottles(FIVE_MINUTES),
      threshold: 1,
      periods: 3,
    },
  ];
}

const serviceAlarms = ({ api, deadLetters }: Watched): AlarmSpec[] => [
  {
    runbook: 'dead-letters',
    says: 'A schedule or an event was given up.',
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ ...FIVE_MINUTES, statistic: 'Maximum' }),
    threshold: 1,
  },
  {
    runbook: 'api-errors',
    says: 'The jobs API answered three times with 5xx within five minutes.',
    metric: api.metricServerError(FIVE_MINUTES),
    threshold: 3,
  },
];

function scheduleAlarms({ spec, lambda }: GordonFunction): AlarmSpec[] {
  return (spec.schedules ?? []).map(({ name, everyMinutes }) => {
    const period = Duration.minutes(Math.min(everyMinutes, DAY_IN_MINUTES));
    return {
      runbook: 'schedule-not-run',
      name: `schedule-not-run-${name}`,
      says: `The schedule "${name}" has not called its function when it should have.`,
      metric: lambda.metricInvocations({ period, statistic: 'Sum' }),
      threshold: 1,
      below: true,
      silenceIsBad: true,
      // A function's first minutes and one late call are no fault.
      periods: everyMinutes < DAY_IN_MINUTES ? 3 : 2,
    };
  });
}
