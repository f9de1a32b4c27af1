import { describe, expect, it } from 'vitest';
import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import { createJob, planJob } from '../../../functions/core/orders/create-job.ts';
import type { Universe } from '../../../functions/core/series/universe.ts';
import { DAY, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { encode, type Traits } from '../../../simulation/venue/synthetic-sources.ts';
import { AAA, days, NOW, type World, worldOf } from '../world.ts';

const march = { source: 'klines', symbols: ['AAA'], from: '2025-03-01', to: '2025-04-01' };
const create = (world: World, body: unknown = march) => createJob(world.ports, body);

/** A second market, whose symbols may have four letters and whose default is another. */
const FUTURES: Traits = {
  id: 'futures',
  defaultSymbols: ['FFFF'],
  symbolPattern: /^[A-Z]{3,4}$/,
  timeframes: ['1h'],
};

describe('an order', () => {
  it('becomes a job with an execution', async () => {
    const world = worldOf();
    const { job, created, joined } = await create(world);
    expect([created, joined]).toEqual([true, false]);
    expect(job).toEqual({
      id: job.id,
      status: 'queued',
      createdAt: NOW,
      wave: 0,
      rows: 0,
      source: 'klines',
      sources: ['plain'],
      symbols: ['AAA'],
      skipped: [],
      timeframe: '1h',
      from: days(0, 1).start,
      to: days(0, 31).end,
      alsoRequested: false,
    });
    expect(world.started).toEqual([job.id]);
    expect(world.venue.calls).toEqual([]);
  });

  it('of a source alone is one of its family, its default symbols and the last year, and of what was requested', async () => {
    const world = worldOf([{ id: 'plain' }, FUTURES]);
    const { job } = await create(world, { source: 'plain' });
    expect(job).toMatchObject({
      source: 'klines',
      sources: ['plain'],
      symbols: ['AAA', 'BBB'],
      timeframe: '1h',
      from: Date.UTC(2024, 5, 10),
      to: NOW,
      alsoRequested: true,
    });
  });

  it('with one bound is not about what was requested before', async () => {
    const { job } = await create(worldOf(), { source: 'plain', from: '2025-06-01' });
    expect(job).toMatchObject({ from: Date.UTC(2025, 5), to: NOW, alsoRequested: false });
  });

  it('of a family leaves out sources without the timeframe, and says each symbol once', async () => {
    const world = worldOf([{ id: 'plain' }, FUTURES]);
    const { job } = await create(world, { ...march, symbols: ['AAA', 'AAA'], timeframe: '1m' });
    expect(job).toMatchObject({ sources: ['plain'], symbols: ['AAA'], timeframe: '1m' });
  });

  it('keeps its quote where a person made it', async () => {
    const world = worldOf();
    const quote = { series: 1 } as never;
    const { job } = await createJob(world.ports, march, undefined, async ({ symbols }) => {
      expect(symbols).toEqual(['AAA']);
      return quote;
    });
    expect((await world.ports.jobs.get(job.id))!.quote).toEqual(quote);
    expect((await create(world, { ...march, to: '2025-05-01' })).job).not.toHaveProperty('quote');
  });

  it('that is the same as one at work joins it, and starts nothing', async () => {
    const world = worldOf();
    const { job } = await create(world);
    expect(await create(world, { ...march, from: '2025-03-01T00:30:00Z' })).toEqual({
      job,
      created: false,
      joined: true,
    });
    expect(world.started).toEqual([job.id]);
    await world.runJob(job.id);
    expect((await create(world)).job.id).not.toBe(job.id);
  });

  it('that is sent again with its key is the same job', async () => {
    const world = worldOf();
    const key = { key: 'k', digest: 'd' };
    const { job } = await createJob(world.ports, march, key);
    expect(await createJob(world.ports, march, key)).toMatchObject({
      job: { id: job.id },
      created: false,
      joined: false,
    });
    expect(world.started).toHaveLength(1);
  });

  it('whose execution does not start has failed, and says so', async () => {
    const world = worldOf();
    const workflow = { start: () => Promise.reject(new Error('no state machine')) };
    await expect(createJob({ ...world.ports, workflow }, march)).rejects.toThrow('no state machine');
    const [job] = [...world.tables.jobs.values()];
    expect(job).toMatchObject({ status: 'failed', reason: 'its execution could not be started' });
    // So the next one does not join it.
    expect((await create(world)).created).toBe(true);
  });
});

describe('an order that cannot be', () => {
  it.each<[string, object, string, number]>([
    ['no source', { ...march, source: 'nothing' }, 'unknown-source', 400],
    ['no timeframe', { ...march, timeframe: '7m' }, 'unknown-timeframe', 400],
    ['a timeframe of others', { ...march, timeframe: '1d' }, 'unknown-timeframe', 400],
    ['no time', { ...march, from: 'yesterday' }, 'invalid-time', 400],
    ['the future', { ...march, from: iso(NOW + 1_000), to: iso(NOW + 2_000) }, 'future-range', 400],
    ['until the future', { ...march, to: iso(NOW + MINUTE + 1) }, 'future-range', 400],
    ['an empty range', { ...march, to: '2025-03-01' }, 'empty-range', 400],
    ['no symbol', { ...march, symbols: [] }, 'invalid-request', 400],
    ['a field too many', { ...march, form: '2025-01-01' }, 'invalid-request', 400],
    ['what is not a symbol', { ...march, symbols: ['aaa!'] }, 'unknown-symbol', 422],
    ['a symbol that nobody lists', { ...march, symbols: ['ZZZ'] }, 'unknown-symbol', 422],
    ['a selector where no list is', { ...march, symbols: ['@usdt-perps'] }, 'empty-selection', 422],
  ])('names %s', async (_, body, code, status) => {
    const world = worldOf();
    await expect(create(world, body)).rejects.toMatchObject({ name: 'BadRequest', code, status });
    expect([world.tables.jobs.size, world.started]).toEqual([0, []]);
  });

  it('forgives a clock that is a minute ahead', async () => {
    await expect(create(worldOf(), { ...march, to: iso(NOW + MINUTE) })).resolves.toMatchObject({
      created: true,
    });
  });

  it('needs a key that is not there', async () => {
    const world = worldOf([{ id: 'plain', key: { env: 'A_KEY', from: 'https://example.com' } }]);
    await expect(create(world)).rejects.toMatchObject({ code: 'key-missing', status: 409 });
    const ports = { ...world.ports, hasKey: (env: string) => env === 'A_KEY' };
    expect((await createJob(ports, march)).created).toBe(true);
  });
});

describe('a symbol that is no default', () => {
  const other = { ...march, symbols: ['CCC'] };

  it('is looked up at the venue, once', async () => {
    const world = worldOf();
    world.market.list('CCC', { listedAt: Date.UTC(2023, 0) });
    await create(world, other);
    expect(world.venue.calls).toEqual(['/first/plain/CCC', '/last/plain/CCC']);
    expect(await world.ports.store.listing({ ...AAA, symbol: 'CCC' })).toMatchObject({
      listedAt: Date.UTC(2023, 0),
      lookedAt: NOW,
    });
    await create(world, { ...other, to: '2025-05-01' });
    expect(world.venue.calls).toHaveLength(2);
  });

  it.each<[string, Error]>([
    ['is out of budget', new BudgetExhausted('x', NOW + DAY, 'spent')],
    [
      'fails',
      new GordonError({ name: 'RetryableVenueError', code: 'venue-broken', subject: 'x', message: 'down' }),
    ],
    [
      'refuses the region',
      new GordonError({ name: 'PermanentError', code: 'region-refused', subject: 'x', message: 'no' }),
    ],
  ])('is taken on trust while the venue %s', async (_, error) => {
    const world = worldOf();
    world.venue.disturb({ match: /^\/first/, becomes: { kind: 'error', error } });
    expect((await create(world, other)).job).toMatchObject({ symbols: ['CCC'], skipped: [] });
  });

  it('is not, when our own program fails', async () => {
    const world = worldOf();
    const error = new TypeError('a fault of ours');
    world.venue.disturb({ match: /^\/first/, becomes: { kind: 'error', error } });
    await expect(create(world, other)).rejects.toBe(error);
  });

  it('goes on with the venues that list it', async () => {
    const world = worldOf([{ id: 'plain' }, FUTURES]);
    world.venue.disturb({
      match: /^\/first\/futures/,
      becomes: {
        kind: 'error',
        error: new GordonError({
          name: 'PermanentError',
          code: 'unknown-symbol',
          subject: 'AAA',
          message: 'no',
        }),
      },
    });
    const { job } = await create(world, { ...march, symbols: ['AAA', 'FFFF'] });
    expect(job).toMatchObject({
      sources: ['plain', 'futures'],
      symbols: ['AAA', 'FFFF'],
      skipped: ['futures AAA'],
    });
  });
});

describe('a selector', () => {
  const symbol = (name: string) => ({ symbol: name, quote: 'USDT', status: 'TRADING', trading: true });
  const request = (path: string) => ({
    venue: { id: 'synthetic', judge: () => ({ kind: 'ok' as const }) },
    host: { env: 'X', url: 'http://x' },
    path,
  });
  const universe = (names: readonly string[]): Universe => ({
    venue: 'synthetic',
    market: 'perps',
    sources: ['plain'],
    instruments: request('/instruments'),
    parseInstruments: () => names.map(symbol),
    volumes: request('/volumes'),
    parseVolumes: () => new Map(names.map((name, i) => [name, i])),
  });
  const order = (world: World, names: readonly string[], word: string) => {
    world.venue.get = async ({ path }) => ({
      status: 200,
      headers: {},
      body: encode([]),
      asOf: NOW,
      url: path,
    });
    return createJob({ ...world.ports, universes: [universe(names)] }, { ...march, symbols: [word] });
  };

  it('stands for the symbols that trade, most traded first', async () => {
    const { job } = await order(worldOf(), ['AAA', 'CCC', 'BBB'], '@usdt-perps:2');
    expect(job).toMatchObject({ symbols: ['BBB', 'CCC'], skipped: [] });
  });

  it('of more symbols than a job takes is refused', async () => {
    const letters = (n: number) => String.fromCharCode(65 + n);
    const names = Array.from(
      { length: 1_001 },
      (_, i) => letters(i % 26) + letters(Math.floor(i / 26) % 26) + letters(Math.floor(i / 676)),
    );
    await expect(order(worldOf(), names, '@usdt-perps')).rejects.toMatchObject({ code: 'too-many-symbols' });
    expect((await order(worldOf(), names.slice(1), '@usdt-perps')).job.symbols).toHaveLength(1_000);
  });
});

describe('a plan of an order', () => {
  it('says what it would take and enters nothing, not even the life of a symbol', async () => {
    const world = worldOf();
    world.market.list('CCC', { listedAt: Date.UTC(2023, 0) });
    const plan = await planJob(world.ports, { ...march, symbols: ['CCC'] });
    expect(plan).toMatchObject({ symbols: ['CCC'], quote: { series: 1, chunks: 1, rows: 744 } });
    expect(await world.ports.store.listing({ ...AAA, symbol: 'CCC' })).toBeUndefined();
    expect([world.tables.jobs.size, world.started]).toEqual([0, []]);
  });

  it('is refused as the order would be', async () => {
    await expect(planJob(worldOf().ports, { ...march, symbols: ['ZZZ'] })).rejects.toMatchObject({
      code: 'unknown-symbol',
    });
  });
});
