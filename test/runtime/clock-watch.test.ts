import { describe, expect, it } from 'vitest';
import { readClock } from '../../functions/core/queries/status/clock-state.ts';
import { type ClockReading, clockOffset } from '../../functions/core/series/clock-offset.ts';
import { HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { clockWatch } from '../../functions/runtime/venues/clock-watch.ts';
import { createVenueClient } from '../../functions/runtime/venues/venue-client.ts';
import { binance } from '../../functions/sources/binance/venue.ts';
import { serverTimeIn } from '../../functions/sources/deribit/request.ts';
import { createMemoryClockChecks } from '../helpers/memory-table.ts';
import { answer, LooseBudget, requestTo, startVenue } from './local-venue.ts';

const now = Date.UTC(2025, 5, 1, 12);

describe('the offset of a clock', () => {
  it.each([
    ['the same', now, now, now, 0],
    ['within the second of a header', now - 900, now, now, 0],
    ['a request that took a minute', now + 20 * SECOND, now, now + MINUTE, 0],
    ['ahead', now - 40 * SECOND, now, now + 5 * SECOND, 39 * SECOND],
    ['behind', now + 40 * SECOND, now, now + 5 * SECOND, -35 * SECOND],
  ])('%s', (_, stated, sentAt, answeredAt, offset) => {
    expect(clockOffset(stated, sentAt, answeredAt)).toBe(offset);
  });
});

describe('a watched clock', () => {
  const setUp = () => {
    const checks = createMemoryClockChecks();
    const noted: ClockReading[] = [];
    const warnings: string[] = [];
    const read = clockWatch({
      checks: () => ({
        ...checks,
        note: async (reading) => {
          noted.push(reading);
          await checks.note(reading);
        },
      }),
      warn: (message) => warnings.push(message),
    });
    return { read, noted, warnings, checks };
  };
  const reading = (aheadMs: number, at = now, venue = 'binance') => ({ venue, aheadMs, at });

  it('costs nothing while it is right', () => {
    const { read, noted, warnings } = setUp();
    for (const ahead of [0, 30 * SECOND, -30 * SECOND]) read(reading(ahead));
    expect([noted, warnings]).toEqual([[], []]);
  });

  it('warns of half a minute, again while it lasts, and notes that it was set', async () => {
    const { read, noted, warnings, checks } = setUp();
    read(reading(31 * SECOND));
    read(reading(31 * SECOND, now + 9 * MINUTE));
    read(reading(-40 * SECOND, now + 10 * MINUTE));
    expect(warnings).toEqual([
      'our clock is 31 s ahead of that of binance: set it, see the runbook, "Wrong clock"',
      'our clock is 40 s behind that of binance: set it, see the runbook, "Wrong clock"',
    ]);
    const clock = () => now + 11 * MINUTE;
    expect(await readClock({ clockChecks: checks, clock })).toMatchObject({ ok: false, aheadMs: -40_000 });
    read(reading(0, now + 11 * MINUTE, 'deribit'));
    expect(noted).toHaveLength(2);
    read(reading(0, now + 11 * MINUTE));
    expect(await readClock({ clockChecks: checks, clock })).toMatchObject({ ok: true, venue: 'binance' });
  });

  it('is not judged by what is older than an hour', async () => {
    const { checks } = setUp();
    await checks.note(reading(MINUTE));
    const judged = (at: number) => readClock({ clockChecks: checks, clock: () => at });
    expect(await judged(now + HOUR - 1)).toMatchObject({ ok: false });
    expect(await judged(now + HOUR)).toBeNull();
    expect(await judged(now - HOUR)).toBeNull();
  });
});

describe('an answer', () => {
  it.each([
    ['its Date header', { date: new Date(now - MINUTE).toUTCString() }, [59 * SECOND]],
    ['its age in a cache', { date: new Date(now - MINUTE).toUTCString(), age: '60' }, [0]],
  ])('shows our clock by %s', async (_, headers, expected) => {
    await using venue = await startVenue(answer(200, '[]', headers));
    const seen: ClockReading[] = [];
    const client = createVenueClient({
      budget: new LooseBudget(),
      clock: () => now,
      env: { GORDON_LOCAL_URL: venue.url },
      clockRead: (reading) => seen.push(reading),
    });
    await client.get(requestTo(binance, {}));
    expect(seen).toEqual(expected.map((aheadMs) => ({ venue: 'binance', aheadMs, at: now })));
  });

  it('of Deribit has the time at which it was sent, behind its result', () => {
    const body = (text: string) => new TextEncoder().encode(text);
    const result = 'x'.repeat(10_000);
    const stated = body(
      `{"jsonrpc":"2.0","result":"${result}","usIn":${now}000,"usOut":${now + 2}431,"usDiff":2431}`,
    );
    expect(serverTimeIn(stated)).toBe(now + 2);
    expect(serverTimeIn(body(`{"result":"${result}"}`))).toBeUndefined();
  });
});
