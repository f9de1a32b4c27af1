import { describe, expect, it } from 'vitest';
import { jobEvents } from '../../functions/core/workflow/events.ts';
import { createEvents } from '../../functions/runtime/events.ts';

const end = { jobId: '01JD0000000000000000000000', rows: 7, reason: 'why' } as const;
const answering = (Entries: object[]) => {
  const sent: unknown[] = [];
  const client = {
    send: async (command: { input: unknown }) => {
      sent.push(command.input);
      return { Entries };
    },
  };
  return { sent, events: createEvents('bus', client as never) };
};

describe('the events of a job', () => {
  it.each([
    ['succeeded', ['JobFinished']],
    ['cancelled', ['JobFinished']],
    ['completed_with_gaps', ['JobFinished', 'GapFound']],
    ['failed', ['JobFailed']],
  ] as const)('%s: %j', (status, types) => {
    expect(jobEvents({ ...end, status }).map((event) => event.type)).toEqual(types);
  });

  it('go to the bus with what listeners filter by', async () => {
    const { sent, events } = answering([{}]);
    await events.publish(jobEvents({ ...end, status: 'failed' }));
    const Detail = JSON.stringify({ jobId: end.jobId, status: 'failed', rows: 7, reason: 'why' });
    expect(sent).toEqual([
      { Entries: [{ EventBusName: 'bus', Source: 'gordon-data', DetailType: 'JobFailed', Detail }] },
    ]);
  });

  it('are not lost in silence when the bus refuses one of them', async () => {
    const { events } = answering([{}, { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }]);
    const published = events.publish(jobEvents({ ...end, status: 'completed_with_gaps' }));
    await expect(published).rejects.toMatchObject({ code: 'event-refused', name: 'RetryableStoreError' });
  });
});
