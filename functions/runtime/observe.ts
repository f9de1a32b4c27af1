import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';

const serviceName = 'gordon-data';
const metrics = new Metrics({ namespace: 'GordonData', serviceName });
const tracer = new Tracer({ serviceName });

/** Every handler begins as this: traced where X-Ray is on, its cold starts counted. */
export const observed = <Event, Result>() =>
  middy<Event, Result>()
    .use(captureLambdaHandler(tracer))
    // Not their middleware: it warns of each invocation that counted nothing, and ours count at once.
    .before(({ context }) => metrics.captureColdStartMetric(context?.functionName));

type Dimensions = Readonly<Record<string, string>>;

/** Counts something; one metric by itself, for several invocations may share a process. */
export const count = (name: string, value: number, dimensions: Dimensions = {}): void =>
  measure(name, MetricUnit.Count, value, dimensions);

/** Tells how much there is of something now. */
export const gauge = (name: string, value: number, dimensions: Dimensions = {}): void =>
  measure(name, MetricUnit.NoUnit, value, dimensions);

function measure(
  name: string,
  unit: (typeof MetricUnit)[keyof typeof MetricUnit],
  value: number,
  dimensions: Dimensions,
): void {
  const metric = metrics.singleMetric();
  for (const [dimension, of] of Object.entries(dimensions)) metric.addDimension(dimension, of);
  metric.addMetric(name, unit, value);
}
