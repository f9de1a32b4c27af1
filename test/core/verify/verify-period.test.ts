import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { verifyPeriod } from '../../../functions/core/verify/verify-period.ts';
import type { Traits } from '../../../simulation/venue/synthetic-sources.ts';
import { AAA, days, hours, NOW, pageOfHours, type World, worldOf } from '../world.ts';

const MONTH = 31 * 24;
const MARCH_FILE = '/archive/plain/AAA/1h/month/2025-03';

async function march(traits?: readonly Traits[]): Promise<World> {
  const world = worldOf(traits);
  await world.runJob((await world.newJob()).id);
  world.venue.calls.length = 0;
  return world;
}
const verify = (world: World, series: Series = AAA, range = days(0, 31)) =>
  verifyPeriod(world.ports, series, range);
const findingsOf = (world: World) => [...world.warehouse.book(AAA).findings.values()];

describe('a period', () => {
  it('that is as the venue has it is identical', async () => {
    const world = await march();
    const certificate = await verify(world);
    expect(certificate).toMatchObject({
      source: 'plain',
      symbol: 'AAA',
      timeframe: '1h',
      from: '2025-03-01T00:00:00Z',
      to: '2025-04-01T00:00:00Z',
      rows: MONTH,
      first: '2025-03-01T00:00:00Z',
      last: '2025-03-31T23:00:00Z',
      compared: MONTH,
      changed: 0,
      missing: 0,
      extra: 0,
      differences: [],
      verdict: 'identical',
      identical: true,
    });
    expect(certificate.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(certificate.objects).toEqual([
      { object: MARCH_FILE, ledger: certificate.objects[0]!.venue, venue: certificate.objects[0]!.ledger },
    ]);
    expect(findingsOf(world)).toEqual([]);
    expect((await verify(world)).sha256).toBe(certificate.sha256);
  });

  it('that the venue restated is different: the row, and the file’s checksum', async () => {
    const world = await march();
    const { time } = { time: hours(5, 6).start };
    world.market.restate(AAA, time, 150.5);
    const certificate = await verify(world);
    expect(certificate).toMatchObject({
      compared: MONTH,
      changed: 1,
      missing: 0,
      extra: 0,
      verdict: 'different',
      identical: false,
    });
    expect(certificate.differences).toMatchObject([
      {
        kind: 'changed',
        venue: { symbol: 'AAA', timeframe: '1h', time: '2025-03-01T05:00:00Z', close: 150.5 },
        stored: { time: '2025-03-01T05:00:00Z' },
        stored_from: MARCH_FILE,
        venue_from: MARCH_FILE,
      },
    ]);
    const [object] = certificate.objects;
    expect(object!.venue).not.toBe(object!.ledger);
    expect(findingsOf(world)).toMatchObject([
      {
        kind: 'row-changed',
        time,
        jobId: 'verify',
        object: 'verify 2025-03-01T00:00:00Z to 2025-04-01T00:00:00Z',
      },
    ]);
    expect(
      (await world.ports.stored.read(AAA, hours(5, 6))[Symbol.asyncIterator]().next()).value,
    ).not.toContain(150.5);
  });

  it('of which a row was deleted lacks it', async () => {
    const world = await march();
    world.warehouse.rows.lose(AAA, [hours(5, 6)]);
    const certificate = await verify(world);
    expect(certificate).toMatchObject({
      rows: MONTH - 1,
      compared: MONTH - 1,
      missing: 1,
      verdict: 'different',
    });
    expect(certificate.differences).toMatchObject([
      { kind: 'missing', stored: null, venue: { time: '2025-03-01T05:00:00Z' } },
    ]);
    expect(findingsOf(world).map(({ kind }) => kind)).toEqual(['row-missing']);
  });

  it('has a row too many where the venue has none', async () => {
    const world = await march();
    world.market.hole(AAA, hours(5, 6));
    const certificate = await verify(world);
    expect(certificate).toMatchObject({ rows: MONTH, compared: MONTH, extra: 1, changed: 0, missing: 0 });
    expect(certificate.differences).toMatchObject([{ kind: 'extra', venue: null, venue_from: null }]);
    expect(findingsOf(world).map(({ kind }) => kind)).toEqual(['row-extra']);
  });

  it('shows twenty differences one by one, and counts all', async () => {
    const world = await march();
    for (let hour = 0; hour < 30; hour++) world.market.restate(AAA, hours(hour, hour).start, 7);
    const { changed, differences } = await verify(world);
    expect([changed, differences.length, findingsOf(world).length]).toEqual([30, 20, 30]);
  });

  it('whose file is another than the rows came from disagrees within the archive', async () => {
    const world = worldOf([{ id: 'plain', archives: ['day'] }]);
    await world.runJob((await world.newJob()).id);
    const both = worldOf();
    // The days were loaded once, and the month that came out since says otherwise.
    Object.assign(both.ports, {
      stored: world.ports.stored,
      queries: world.ports.queries,
      store: world.ports.store,
    });
    both.market.restate(AAA, hours(5, 6).start, 150.5);
    const { changed, objects } = await verify(both);
    expect(changed).toBe(1);
    expect(objects).toHaveLength(31);
    expect(objects.filter(({ ledger, venue }) => ledger !== venue)).toHaveLength(1);
    expect(findingsOf(world).map(({ kind }) => kind)).toEqual(['archive-disagreement']);
  });

  it('in part is compared in part', async () => {
    const world = await march();
    expect(await verify(world, AAA, days(3, 4))).toMatchObject({
      rows: 24,
      compared: 24,
      verdict: 'identical',
    });
  });
});

describe('nothing is compared', () => {
  it('of an unknown series', async () => {
    await expect(verify(worldOf(), { ...AAA, symbol: 'ZZZ' })).rejects.toMatchObject({
      name: 'BadRequest',
      code: 'unknown-series',
      status: 404,
    });
  });

  it('of one that is requested and has no rows', async () => {
    const world = worldOf();
    await world.ports.catalog.request(AAA, days(0, 1));
    expect(await verify(world)).toMatchObject({
      rows: 0,
      first: null,
      last: null,
      verdict: 'not-compared',
      identical: false,
    });
  });

  it('of a moment that has passed', async () => {
    const world = worldOf([{ id: 'plain', snapshot: true }]);
    await world.runJob((await world.newJob({ from: NOW - HOUR, to: NOW })).id);
    const range = { start: NOW - DAY, end: NOW + DAY };
    expect(await verify(world, AAA, range)).toMatchObject({ rows: 1, compared: 0, verdict: 'not-compared' });
  });

  it('of what the venue has forgotten', async () => {
    const world = worldOf([{ id: 'plain', archives: [], reachMs: 365 * DAY }]);
    await world.runJob((await world.newJob()).id);
    await world.wait(365 * DAY);
    expect(await verify(world)).toMatchObject({
      rows: MONTH,
      compared: 0,
      extra: 0,
      verdict: 'not-compared',
    });
  });
});

it('rows without an account are compared with what the venue has', async () => {
  const world = worldOf();
  await world.ports.store.commit([pageOfHours(world, 0, 24)], { jobId: 'x', chunk: 'y' });
  world.warehouse.book(AAA).spans = [];
  world.market.restate(AAA, hours(5, 6).start, 150.5);
  expect(await verify(world)).toMatchObject({ rows: 24, compared: 24, changed: 1, objects: [] });
});
