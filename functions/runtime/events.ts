import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GordonError } from '../core/errors/errors.ts';
import type { Events, ProgramEvent } from '../core/workflow/events.ts';

/** `source` of everything that gordon-data puts on its bus. */
export const EVENT_SOURCE = 'gordon-data';

/** EventBridge takes no more of them in one call. */
const MOST_ENTRIES = 10;

/** Publishes on an EventBridge bus. @throws GordonError `event-refused` */
export function createEvents(
  bus: string,
  client: Pick<EventBridgeClient, 'send'> = new EventBridgeClient({}),
): Events {
  const put = async (events: readonly ProgramEvent[]): Promise<void> => {
    const answer = await client.send(
      new PutEventsCommand({
        Entries: events.map(({ type, detail }) => ({
          EventBusName: bus,
          Source: EVENT_SOURCE,
          DetailType: type,
          Detail: JSON.stringify(detail),
        })),
      }),
    );
    // The call succeeds although single entries fail.
    const refused = answer.Entries?.find((entry) => entry.ErrorCode);
    if (!refused) return;
    throw new GordonError({
      code: 'event-refused',
      subject: bus,
      message: `${refused.ErrorCode}: ${refused.ErrorMessage}.`,
    });
  };
  return {
    async publish(events) {
      for (let i = 0; i < events.length; i += MOST_ENTRIES) await put(events.slice(i, i + MOST_ENTRIES));
    },
  };
}

/** Where there is no bus, only the log and the jobs API report how a job ended. */
export const noEvents: Events = { publish: async () => {} };
