import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { toHttpRequest } from '../../../functions/core/probe/check.ts';
import { type CheckResult, type ProbeResult, runChecks } from '../../../functions/core/probe/run-checks.ts';
import { createArchiveReader } from '../../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../../functions/runtime/venues/venue-client.ts';
import { sources } from '../../../functions/sources/index.ts';
import { checks } from '../../../functions/sources/probe/index.ts';
import { startVenues } from '../../../simulator/index.ts';
import { venueModules } from '../../../simulator/registry.ts';
import { LooseBudget, startVenue } from '../../runtime/local-venue.ts';
import { CHANGES } from './changes.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const venues = await startVenues({ seed: 'probe', cacheDir: join(tmpdir(), 'gordon-test-venues') });
beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.switches.clear();
  venues.control.limits.reset();
  venues.control.clock.hold(NOW);
});
afterAll(() => venues.close());

const probe = (
  venue?: string,
  env: Readonly<Record<string, string | undefined>> = venues.env,
): Promise<ProbeResult> => {
  const clock = () => NOW;
  const client = createVenueClient({ budget: new LooseBudget(), clock, env, sleep: async () => undefined });
  return runChecks(
    checks.filter((check) => venue === undefined || check.venue === venue),
    {
      venue: client,
      archive: createArchiveReader(client),
      clock,
      sleep: async () => undefined,
      hasKey: (name) => Boolean(env[name]),
    },
  );
};
const lines = (results: readonly CheckResult[], outcome: CheckResult['outcome']): string[] =>
  results
    .filter((one) => one.outcome === outcome)
    .map(({ check, details }) => `${check.id}: ${details.join('; ')}`);

it('holds against the simulator, with each request sent once', async () => {
  const { results, unreachable } = await probe();
  expect(lines(results, 'differs')).toEqual([]);
  expect(lines(results, 'unknown')).toEqual([]);
  expect(unreachable).toEqual([]);
  expect(results.length).toBe(checks.length);
  const sent = venues.requests.all().map(({ line }) => line);
  expect(sent.filter((line, i) => sent.indexOf(line) !== i)).toEqual([]);
});

describe('a changed venue is named', () => {
  it.each(CHANGES)('$venue: $change', async ({ venue, fault, play, differs }) => {
    if (fault) venues.faults.add(fault);
    play?.(venues.control, NOW);
    const { results, unreachable } = await probe(venue);
    const named = results.filter(({ outcome }) => outcome === 'differs');
    expect(Object.fromEntries(named.map(({ check, details }) => [check.id, details.join('; ')]))).toEqual(
      Object.fromEntries(
        Object.entries(differs).map(([id, words]) => [`${venue}/${id}`, expect.stringContaining(words)]),
      ),
    );
    expect([lines(results, 'unknown'), unreachable]).toEqual([[], []]);
  });
});

describe('what cannot be queried', () => {
  it('is a host that is not there, and is named once', async () => {
    const gone = await startVenue();
    await gone[Symbol.asyncDispose]();
    const env = { ...venues.env, GORDON_BYBIT_URL: gone.url };
    const { results, unreachable } = await probe('bybit', env);
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    expect(unreachable).toEqual([
      { env: 'GORDON_BYBIT_URL', url: 'https://api.bybit.com', why: 'the connection fails: ECONNREFUSED' },
    ]);
  });

  it('is a host that refuses this address, once', async () => {
    venues.faults.add({ kind: 'status', status: 451, match: '/binance-usdm/' });
    const { results, unreachable } = await probe('binance-usdm');
    expect(lines(results, 'differs')).toEqual([]);
    expect(unreachable).toMatchObject([{ why: 'it refuses the address of this machine' }]);
    expect(venues.requests.count('/binance-usdm/')).toBe(1);
  });

  it('is FRED without its key', async () => {
    const { results, unreachable } = await probe('fred', { ...venues.env, FRED_API_KEY: undefined });
    expect(new Set(results.map(({ details }) => details[0]))).toEqual(new Set(['FRED_API_KEY is not set']));
    expect([unreachable, venues.requests.count('/fred/')]).toEqual([[], 0]);
  });

  it('is a venue that fails: that is not a difference', async () => {
    venues.faults.add({ kind: 'html', match: '/coinmetrics/' });
    const { results } = await probe('coinmetrics');
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
  });
});

it('has checks for every source, and every simulated host', () => {
  const ids = new Set(checks.flatMap((check) => check.sources));
  expect([...ids].sort()).toEqual(Object.keys(sources).sort());
  const hosts = new Set(
    checks.flatMap((check) => check.requests(NOW)).map((one) => toHttpRequest(one).host.env),
  );
  expect([...hosts].sort()).toEqual(venueModules.map(({ env }) => env).sort());
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});
