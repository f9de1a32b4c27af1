import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';

const tracer = new Tracer({ serviceName: 'gordon-data' });

/** Every handler begins as this: traced where X-Ray is on. What it measures is in its log lines, which alarms and dashboard read. */
export const observed = <Event, Result>() => middy<Event, Result>().use(captureLambdaHandler(tracer));
