import { Logger } from '@aws-lambda-powertools/logger';

/** One line of JSON for each event. A user that needs keys of its own makes a child: several invocations may share a process. */
export const rootLogger = new Logger({ serviceName: 'gordon-data' });

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** A log whose lines have these keys. Most requests log nothing, and making a child takes longer than many of them: the first line makes it. */
export function logWith(keys: Record<string, unknown>): Log {
  let child: Logger | undefined;
  const made = (): Logger => {
    child ??= rootLogger.createChild({ persistentLogAttributes: keys } as never);
    return child;
  };
  return {
    debug: (message, ...more) => made().debug(message, ...more),
    info: (message, ...more) => made().info(message, ...more),
    warn: (message, ...more) => made().warn(message, ...more),
    error: (message, ...more) => made().error(message, ...more),
  };
}
