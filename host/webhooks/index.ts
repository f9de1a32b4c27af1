import { describeError, GordonError } from '../../functions/core/errors/errors.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import type { Events, ProgramEvent } from '../../functions/core/workflow/events.ts';
import { ItemFile } from '../../functions/stores/sqlite/item-file.ts';
import { Outbox } from './outbox.ts';
import { type SenderOptions, startSender } from './send-webhooks.ts';

export interface Webhooks {
  /** also publishes on `inner` */
  events(inner: Events): Events;
  close(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Webhooks, where `GORDON_WEBHOOK_URL` names a receiver. What is published is entered into a file and sent beside the jobs: none
 * waits for a receiver.
 * @param path of the file; `:memory:` keeps nothing
 * @throws GordonError `bad-environment`
 */
export function startWebhooks(
  env: Variables,
  path: string,
  options: Pick<SenderOptions, 'warn' | 'sleep' | 'patienceMs'> & { readonly clock: Clock },
): Webhooks | undefined {
  const { GORDON_WEBHOOK_URL: url, GORDON_WEBHOOK_SECRET: secret } = env;
  if (!url) return undefined;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) throw unfit('GORDON_WEBHOOK_URL', 'is not a URL.');
  if (!secret) throw unfit('GORDON_WEBHOOK_SECRET', 'is not set: without it nobody could verify a message.');
  const file = new ItemFile(path, options.clock);
  const outbox = new Outbox(file, options.clock);
  const sender = startSender(outbox, { ...options, url, secret });
  const enter = (event: ProgramEvent): void => {
    try {
      if (outbox.put(keyOf(event, options.clock()), TYPES[event.type], event.detail)) sender.wake();
    } catch (error) {
      options.warn(`the webhook ${event.type} was not entered: ${describeError(error)}`);
    }
  };
  return {
    events: (inner) => ({
      async publish(events) {
        events.forEach(enter);
        await inner.publish(events);
      },
    }),
    async close() {
      await sender.close();
      file.close();
    },
  };
}

const TYPES: Readonly<Record<ProgramEvent['type'], string>> = {
  JobFinished: 'job.finished',
  JobFailed: 'job.failed',
  GapFound: 'gap.found',
  GapExpiring: 'gap.expiring',
  VenueDown: 'venue.down',
};

/** What makes two events the same. A gap that is about to be lost is announced once a day. */
function keyOf({ type, detail }: ProgramEvent, now: number): string {
  const { daysLeft: _daysLeft, ...rest } = detail;
  const day = type === 'GapExpiring' ? new Date(now).toISOString().slice(0, 10) : '';
  return JSON.stringify([type, day, 'jobId' in rest ? rest.jobId : rest]);
}

const unfit = (subject: string, message: string): GordonError =>
  new GordonError({
    code: 'bad-environment',
    subject,
    message,
    remedy: 'See docs/MONITORING.md, "Webhooks".',
  });
