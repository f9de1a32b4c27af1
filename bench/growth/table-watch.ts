import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** Requests to the job table. */
export interface TableUse {
  requests: number;
  /** those whose condition did not hold, or that were refused otherwise */
  refused: number;
  /** those that the SDK sent once more */
  retries: number;
}

const CHANNEL = 'http.client.response.finish';

/** Counts this process's requests to DynamoDB during the work, below the SDK, so that the SDK's retries count too. */
export async function watchTable<T>(work: () => Promise<T>): Promise<[T, TableUse]> {
  const use: TableUse = { requests: 0, refused: 0, retries: 0 };
  const note = (message: unknown): void => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    if (!String(request.getHeader('x-amz-target')).startsWith('DynamoDB')) return;
    use.requests++;
    if (response.statusCode !== 200) use.refused++;
    if (!String(request.getHeader('amz-sdk-request')).startsWith('attempt=1')) use.retries++;
  };
  subscribe(CHANNEL, note);
  try {
    return [await work(), use];
  } finally {
    unsubscribe(CHANNEL, note);
  }
}
