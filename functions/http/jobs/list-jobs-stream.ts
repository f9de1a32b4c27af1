import { jobFilter, summariesOf } from '../../core/api/jobs/listed.ts';
import type { JobSummary } from '../../core/api/jobs/schemas.ts';
import { EVENT_STREAM } from '../../core/api/operation.ts';
import { originOf } from '../../core/jobs/job.ts';
import type { JobFilter } from '../../core/jobs/ports.ts';
import type { Uses } from '../../runtime/services.ts';
import { type StreamAnswer, streamHandler } from '../../runtime/stream-handler.ts';

type Ports = Uses<'jobs' | 'jobFeed' | 'sources'>;

/** A client whose connection breaks tries again after this many ms. */
const RETRY_MS = 2_000;

/**
 * The list as a stream of events, for a host: first the jobs that the query lists, then each job of the source and the
 * origin that changes, whatever its status. Undefined where the client takes no events.
 */
export const createStream = streamHandler(
  async ({ headers, query }, ports: Ports, signal): Promise<StreamAnswer | undefined> => {
    if (!takesEvents(headers.accept)) return undefined;
    const filter = jobFilter(query, ports.sources);
    return {
      headers: {
        'content-type': EVENT_STREAM,
        'cache-control': 'no-store',
        // nginx would keep events back until its buffer is full.
        'x-accel-buffering': 'no',
      },
      text: eventsOf(filter, headers['last-event-id'], ports, signal),
    };
  },
);

const takesEvents = (accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';')[0]!.trim().toLowerCase() === EVENT_STREAM);

async function* eventsOf(
  filter: JobFilter,
  after: string | undefined,
  { jobs, jobFeed }: Ports,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let begun = false;
  for await (const event of jobFeed.listen(after, signal)) {
    // The headers go with the first two pieces: neither waits for a change.
    if (!begun) yield `retry: ${RETRY_MS}\n\n`;
    if (event.kind === 'begin') {
      const page = await jobs.list(filter);
      yield eventText('jobs', event.id, await summariesOf(jobs, page.jobs));
    } else {
      if (!begun) yield BEAT;
      if (event.kind === 'beat') yield BEAT;
      else if (isMeant(event.change.job, filter)) {
        yield eventText('job', event.change.id, event.change.job);
      }
    }
    begun = true;
  }
}

/** Whatever its status: who was sent a job has to learn that it is another one now. */
const isMeant = (job: JobSummary, { source, origins }: JobFilter): boolean =>
  (!source || job.source === source) && (!origins || origins.includes(originOf(job)));

/** A comment: it keeps the connection open and means nothing. */
const BEAT = ':\n\n';

const eventText = (name: string, id: string, data: unknown): string =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
