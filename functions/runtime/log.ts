import { Logger } from '@aws-lambda-powertools/logger';

/** One line of JSON for each event. A user that needs keys of its own makes a child: several invocations may share a process. */
export const rootLogger = new Logger({ serviceName: 'gordon-data' });

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** A log that writes these keys with each line. */
export const logWith = (keys: Record<string, unknown>): Log =>
  rootLogger.createChild({ persistentLogAttributes: keys } as never);
