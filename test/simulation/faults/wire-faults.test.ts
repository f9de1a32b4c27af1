import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import type { VenueFault } from '../../../simulation/faults/fault.ts';
import { LISTED_AT, SYMBOL, venueAt } from '../venue/venue-helpers.ts';

const NOW = '2025-06-10T10:00:00Z';
const now = Date.parse(NOW);
const KLINES: Series = { source: 'klines_perp', symbol: SYMBOL, timeframe: '1h' };
const RANGE = { start: now - DAY, end: now };
const lasting = { id: '1', at: now - HOUR, until: now + HOUR } as const;

/** What a page of the API comes to under a fault. */
async function pageUnder(fault: VenueFault) {
  const world = venueAt(NOW, [fault]);
  const page = world.page(KLINES, RANGE);
  return { world, page };
}

describe('a fault on the way to the venue', () => {
  it.each<[string, VenueFault, string]>([
    [
      'is a refused connection',
      { ...lasting, kind: 'outage', host: 'usdm', how: 'refused' },
      'connection-failed',
    ],
    [
      'is a gateway that is down',
      { ...lasting, kind: 'outage', host: 'usdm', how: 'status-503' },
      'venue-broken',
    ],
    ['is an answer that never comes', { ...lasting, kind: 'timeouts', host: 'usdm', share: 1 }, 'timed-out'],
    [
      'is an answer that is lost',
      { ...lasting, kind: 'lost-answers', host: 'usdm', share: 1 },
      'connection-failed',
    ],
    [
      'is an answer that comes too late',
      { ...lasting, kind: 'late-answers', host: 'usdm', ms: 30_000 },
      'timed-out',
    ],
    [
      'is a page instead of rows',
      { ...lasting, kind: 'malformed-answers', host: 'usdm', share: 1, how: 'html' },
      'venue-broken',
    ],
    [
      'is half an answer',
      { ...lasting, kind: 'malformed-answers', host: 'usdm', share: 1, how: 'cut' },
      'malformed-rows',
    ],
    [
      'is rows of another shape',
      { ...lasting, kind: 'malformed-answers', host: 'usdm', share: 1, how: 'shape' },
      'malformed-rows',
    ],
  ])('%s', async (_, fault, code) => {
    const { page, world } = await pageUnder(fault);
    await expect(page).rejects.toMatchObject({ code });
    expect(world.struck).toContain(fault.kind);
  });

  it('is a ban, with its end', async () => {
    const { page } = await pageUnder({ ...lasting, kind: 'ban', host: 'usdm' });
    await expect(page).rejects.toMatchObject({ name: 'BudgetExhausted', until: now + HOUR });
  });

  it('is an empty answer that looks well', async () => {
    const { page } = await pageUnder({ ...lasting, kind: 'empty-answers', host: 'usdm', share: 1 });
    expect((await page).rows).toEqual([]);
  });

  it('leaves other hosts and other times alone', async () => {
    const fault: VenueFault = { ...lasting, kind: 'outage', host: 'spot', how: 'refused' };
    const { page, world } = await pageUnder(fault);
    expect((await page).rows).toHaveLength(24);
    world.venue.add({ ...fault, id: '2', host: 'usdm', at: now + DAY, until: now + 2 * DAY });
    expect((await world.page(KLINES, RANGE)).rows).toHaveLength(24);
    expect(world.struck).toEqual([]);
  });
});

describe('the venue counts by itself', () => {
  // Before the listing: as heavy by its limit, and no rows.
  const early = { start: LISTED_AT - 3 * DAY, end: LISTED_AT - 2 * DAY };
  const ask = async (world: ReturnType<typeof venueAt>, times: number): Promise<string[]> => {
    const errors: string[] = [];
    for (let i = 0; i < times; i++) {
      await world
        .page({ ...KLINES, timeframe: '1m' }, early)
        .catch((error: Error) => errors.push(error.message));
    }
    return errors;
  };

  it('refuses what is too much, and says that a limit was exceeded', async () => {
    const world = venueAt(NOW);
    expect(await ask(world, 240)).toEqual([]);
    expect(world.venue.breaches).toEqual([]);
    expect(await ask(world, 1)).toHaveLength(1);
    expect(world.venue.breaches).toHaveLength(1);
    expect(world.venue.breaches[0]).toMatch(/^429 for \/fapi\/v1\/klines/);
    world.clock.now += 60_000;
    expect(await ask(world, 1)).toEqual([]);
  });

  it('bans an address that goes on', async () => {
    const world = venueAt(NOW);
    await ask(world, 260);
    world.clock.now += 60_000;
    const [error] = await ask(world, 1);
    expect(error).toContain('banned until');
  });

  it('does not blame us for another program on the address', async () => {
    const world = venueAt(NOW, [{ ...lasting, kind: 'throttle', family: 'binance-usdm', share: 1 }]);
    expect(await ask(world, 1)).toHaveLength(1);
    expect(world.venue.breaches).toEqual([]);
  });

  it('says its own time', async () => {
    const world = venueAt(NOW, [{ ...lasting, kind: 'clock-skew', ms: -90_000 }]);
    const answer = await world.client.get({
      venue: { id: 'binance', judge: () => ({ kind: 'ok' }) },
      host: { env: '', url: 'https://fapi.binance.com' },
      path: '/fapi/v1/time',
    });
    expect(answer!.asOf).toBe(now - 90_000);
  });
});
