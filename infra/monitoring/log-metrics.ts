import { Stack } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type IFilterPattern } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { GordonFunction } from '../constructs/function.ts';

export interface LogEvent {
  /** the function of the manifest that writes the line */
  readonly handler: string;
  /** fields of the line and the values that they must have */
  readonly where: Readonly<Record<string, string>>;
  /** a field with a number; absent: lines are counted */
  readonly value?: string;
}

/** What functions only say in their logs. A test compares the words with the handlers that write them. */
export const LOG_EVENTS = {
  JobsEndedFailed: { handler: 'finalize-job', where: { message: 'job ended', status: 'failed' } },
  JobsEndedWithGaps: {
    handler: 'finalize-job',
    where: { message: 'job ended', status: 'completed_with_gaps' },
  },
  RowsOfEndedJobs: { handler: 'finalize-job', where: { message: 'job ended' }, value: 'rows' },
  JobsWaitingForVenue: { handler: 'plan-wave', where: { message: 'planned', next: 'wait' } },
  RegionRefused: { handler: 'fetch-chunk', where: { 'error.code': 'region-refused' } },
  ObjectsRepublished: {
    handler: 'watch-archives',
    where: { message: 'archives watched' },
    value: 'republished',
  },
  RowsRestated: { handler: 'watch-histories', where: { message: 'histories watched' }, value: 'rows' },
  PerishableDaysLeft: { handler: 'audit-gaps', where: { message: 'perishable gap' }, value: 'daysLeft' },
} as const satisfies Record<string, LogEvent>;

export type LogEventName = keyof typeof LOG_EVENTS;

/** A metric for each log event whose function is deployed. */
export class LogMetrics extends Construct {
  readonly #metrics = new Map<string, (options: MetricOptions) => Metric>();

  constructor(scope: Construct, id: string, functions: readonly GordonFunction[]) {
    super(scope, id);
    for (const [name, event] of Object.entries<LogEvent>(LOG_EVENTS)) {
      const writer = functions.find(({ spec }) => spec.handler === event.handler);
      if (!writer) continue;
      const filter = writer.log.addMetricFilter(name, {
        filterPattern: pattern(event),
        metricNamespace: `gordon-data/${Stack.of(this).stackName}`,
        metricName: name,
        metricValue: event.value ? `$.${event.value}` : '1',
      });
      this.#metrics.set(name, (options) => filter.metric({ statistic: 'Sum', ...options }));
    }
  }

  /** @returns undefined when no deployed function writes the lines */
  find(name: LogEventName, options: MetricOptions): Metric | undefined {
    return this.#metrics.get(name)?.(options);
  }

  metric(name: LogEventName, options: MetricOptions): Metric {
    const metric = this.find(name, options);
    if (metric) return metric;
    throw new Error(`${name}: no function of the manifest is called ${LOG_EVENTS[name].handler}`);
  }
}

function pattern({ where, value }: LogEvent): IFilterPattern {
  const terms = Object.entries(where).map(([field, text]) =>
    FilterPattern.stringValue(`$.${field}`, '=', text),
  );
  return FilterPattern.all(...terms, ...(value ? [FilterPattern.exists(`$.${value}`)] : []));
}
