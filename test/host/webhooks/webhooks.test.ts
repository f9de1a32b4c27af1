import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { ProgramEvent } from '../../../functions/core/workflow/events.ts';
import { noEvents } from '../../../functions/runtime/events.ts';
import { ItemFile } from '../../../functions/stores/sqlite/item-file.ts';
import { startWebhooks } from '../../../host/webhooks/index.ts';
import { Outbox, PAUSES } from '../../../host/webhooks/outbox.ts';
import { until } from '../../helpers/until.ts';
import { SECRET, startReceiver } from '../../helpers/webhook-receiver.ts';

const finished: ProgramEvent = { type: 'JobFinished', detail: { jobId: 'J1', status: 'succeeded', rows: 7 } };

/** Webhooks on a clock that pauses move. @param hold no pause ends by itself */
function start(url: string, path = ':memory:', patienceMs?: number, hold = false) {
  const warnings: string[] = [];
  const slept: number[] = [];
  const time = { now: Date.UTC(2025, 5, 1) };
  const hooks = startWebhooks({ GORDON_WEBHOOK_URL: url, GORDON_WEBHOOK_SECRET: SECRET }, path, {
    clock: () => time.now,
    warn: (message) => warnings.push(message),
    sleep: async (ms, signal) => {
      // Without anything that is due only a new message ends the pause.
      if (hold || ms === HOUR)
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      slept.push(ms);
      time.now += ms;
    },
    ...(patienceMs !== undefined && { patienceMs }),
  })!;
  return { hooks, events: hooks.events(noEvents), warnings, slept, time };
}

describe('a webhook', () => {
  it('is signed as Standard Webhooks has it, with its time', async () => {
    await using receiver = await startReceiver();
    const { hooks, events, time } = start(receiver.url);
    await events.publish([finished]);
    await until('it arrived', () => receiver.received.length === 1);
    await hooks.close();
    const { headers, body } = receiver.received[0]!;
    expect(JSON.parse(body)).toEqual({
      type: 'job.finished',
      timestamp: '2025-06-01T00:00:00Z',
      data: finished.detail,
    });
    expect(headers['webhook-timestamp']).toBe(String(time.now / SECOND));
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', 'a key of 24 bytes length').update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it.each([[[500, 429, 301]], [['hang', 500, 500]]] as const)(
    'is sent again to a receiver that answers %j, with the same id, ever later',
    async (answers) => {
      await using receiver = await startReceiver(...answers);
      const { hooks, events, slept, warnings } = start(receiver.url, ':memory:', 50);
      await events.publish([finished]);
      await until('it was delivered', () => receiver.received.length === 4);
      await hooks.close();
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(slept.slice(0, 3)).toEqual([5 * SECOND, 30 * SECOND, MINUTE]);
      expect(warnings).toHaveLength(1);
    },
  );

  it('waits in a file for a receiver that is dead, and blocks nobody', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gordon-webhooks-'));
    const path = join(folder, 'webhooks.db');
    const { url } = await gone();
    const first = start(url, path, undefined, true);
    await first.events.publish([finished, { type: 'VenueDown', detail: { venue: 'bybit' } }]);
    await until('it was tried', () => first.warnings.length > 0);
    await first.hooks.close();
    expect(first.warnings[0]).toMatch(/was not delivered: .*ECONNREFUSED.*; it is sent again$/);

    await using receiver = await startReceiver();
    const next = start(receiver.url, path);
    next.time.now += DAY;
    next.events.publish([]);
    await until('both arrived', () => receiver.received.length === 2);
    await next.hooks.close();
    const types = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types.toSorted()).toEqual(['job.finished', 'venue.down']);
    rmSync(folder, { recursive: true });
  });

  it('is sent once, however often a state publishes it; a gap that expires once a day', async () => {
    await using receiver = await startReceiver();
    const { hooks, events, time } = start(receiver.url);
    const gap = { source: 'gex', symbol: 'BTC', timeframe: '1h', from: 'a', to: 'b', lostAt: 'c' };
    const expiring = (daysLeft: number): ProgramEvent => ({
      type: 'GapExpiring',
      detail: { ...gap, daysLeft },
    });
    await events.publish([finished, expiring(5)]);
    await until('both arrived', () => receiver.received.length === 2);
    await events.publish([finished, expiring(4.9)]);
    time.now += DAY;
    await events.publish([expiring(4)]);
    await until('the next day’s arrived', () => receiver.received.length === 3);
    await hooks.close();
    expect(receiver.received).toHaveLength(3);
  });

  it('is given up after a day of failures, and one too many is not kept', () => {
    let now = Date.UTC(2025, 5, 1);
    const file = new ItemFile(':memory:', () => now);
    const outbox = new Outbox(file, () => now);
    expect(outbox.put('one', 'job.finished', {})).toBe(true);
    expect(outbox.put('one', 'job.finished', {})).toBe(false);
    for (const pause of PAUSES) {
      const [message] = outbox.waiting();
      expect(outbox.failed(message!)).toBe(true);
      expect(outbox.waiting()[0]!.dueAt - now).toBe(pause);
      now += pause;
    }
    expect(outbox.failed(outbox.waiting()[0]!)).toBe(false);
    expect(outbox.waiting()).toEqual([]);
    expect(now - Date.UTC(2025, 5, 1)).toBeGreaterThan(23 * 60 * MINUTE);
    file.close();
  });

  it.each([
    [{ GORDON_WEBHOOK_URL: 'not a URL', GORDON_WEBHOOK_SECRET: 'x' }, 'GORDON_WEBHOOK_URL'],
    [{ GORDON_WEBHOOK_URL: 'https://example.com' }, 'GORDON_WEBHOOK_SECRET'],
  ])('is refused at the start with %j', (env, subject) => {
    const options = { clock: Date.now, warn: () => {} };
    expect(() => startWebhooks(env, ':memory:', options)).toThrow(
      expect.objectContaining({ code: 'bad-environment', subject }),
    );
    expect(startWebhooks({}, ':memory:', options)).toBeUndefined();
  });
});

/** An address where nobody listens any more. */
async function gone() {
  const receiver = await startReceiver();
  await receiver[Symbol.asyncDispose]();
  return receiver;
}
