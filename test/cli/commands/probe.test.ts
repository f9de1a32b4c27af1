import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { withoutPrivate } from '../../../cli/probe/private.ts';
import type { ProbeReport } from '../../../cli/probe/report.ts';
import { sources } from '../../../functions/sources/index.ts';
import { startVenues } from '../../../simulator/index.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { gordon, type RunOptions } from '../support/run.ts';

/** A clock that runs, for budgets turn with it, and that stands in the days which the simulator is about. */
const ahead = Date.UTC(2026, 10, 21, 12, 34, 56) - Date.now();
const clock = (): number => Date.now() + ahead;
const venues = await startVenues({
  seed: 'probe',
  clock,
  cacheDir: join(tmpdir(), 'gordon-test-venues'),
});
const database = await createTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'gordon-probe-'));
beforeEach(() => venues.faults.clear());
afterAll(async () => {
  await venues.close();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const env = { ...venues.env, ...more };
  const options: RunOptions = { terminal: { ...fakeTerminal({ env }), clock } };
  return gordon(['probe', ...args], options);
};
const kept = database.connect();
const rowOf = async (id: string) => {
  const [row] = await kept`
    select outcome, array_to_json(details) as details, own_address, held_at is not null as held, held_at = probed_at as now
    from market_data.probes where check_id = ${id}`;
  return row;
};

describe('gordon-data probe', () => {
  it('reports that everything holds, and keeps it', async () => {
    const ran = await run([], { GORDON_DATABASE_URL: database.url });
    expect(ran.stdout).toMatch(/\n\d+ checks: (\d+) hold, 0 differ, 0 not known\.\n$/);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("Not at the venue's own address: GORDON_");
    expect(ran.stdout).toContain('| fred | 5 | 0 | 0 |');
    expect(ran.stderr).toMatch(/^\d+ judgements are kept in market_data\.probes of 127\.0\.0\.1:/);
    const judged = await kept`select source, differs, own_address from market_data.probed_sources`;
    expect(judged.length).toBe(Object.keys(sources).length);
    expect(judged.every(({ differs, own_address }) => differs === 0 && !own_address)).toBe(true);
  });

  it('names what a changed venue does otherwise, exits 1, and remembers when it held', async () => {
    venues.faults.add({ kind: 'reverse', match: 'funding/history' });
    const ran = await run(['--venue', 'bybit', '--json'], { GORDON_DATABASE_URL: database.url });
    const report = JSON.parse(ran.stdout) as ProbeReport;
    expect([ran.code, report.differs]).toEqual([1, 1]);
    expect(report.checks.filter(({ outcome }) => outcome === 'differs')).toMatchObject([
      {
        id: 'bybit/funding_bybit/order',
        sources: ['funding_bybit'],
        details: ['rows are oldest first, not newest first'],
      },
    ]);
    expect(await rowOf('bybit/funding_bybit/order')).toEqual({
      outcome: 'differs',
      details: ['rows are oldest first, not newest first'],
      own_address: false,
      held: true,
      now: false,
    });
    venues.faults.clear();
    await run(['--venue', 'bybit'], { GORDON_DATABASE_URL: database.url });
    expect(await rowOf('bybit/funding_bybit/order')).toMatchObject({ outcome: 'holds', now: true });
  });

  it('names a host that cannot be queried once, keeps what was known of it, and exits 1', async () => {
    venues.faults.add({ kind: 'status', status: 451, match: '/binance-spot/' });
    const ran = await run(['--venue', 'binance-spot'], { GORDON_DATABASE_URL: database.url });
    expect(ran.code).toBe(1);
    expect(ran.stdout.match(/api\.binance\.com/g)?.length).toBe(1);
    expect(ran.stdout).toContain(
      '- https://api.binance.com (GORDON_BINANCE_SPOT_URL points elsewhere): it refuses the address of this machine',
    );
    expect(await rowOf('binance-spot/clock')).toMatchObject({ outcome: 'holds' });
  });

  it('leaves out who probed, and where, whatever a venue repeats', async () => {
    const said = `of IP(203.0.113.7) or 2001:db8::7 by ${hostname()} in ${process.cwd()} with ${venues.env.FRED_API_KEY}`;
    venues.faults.add({
      kind: 'status',
      status: 400,
      match: '/fred/',
      body: JSON.stringify({ error_code: 400, error_message: `Bad Request.  Not ${said}` }),
    });
    const out = join(folder, 'report.md');
    const ran = await run(['--venue', 'fred', '--out', out]);
    const report = readFileSync(out, 'utf8');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toBe('5 checks: 0 hold, 5 differ, 0 not known.\n');
    expect(ran.stderr).toBe('Not kept: no host runs here, and GORDON_DATABASE_URL is not set.\n');
    expect(report).toContain('the venue refused the request: Bad Request.  Not of IP(***)');
    for (const word of ['203.0.113', 'db8', hostname(), process.cwd(), venues.env.FRED_API_KEY!, '127.0.0.1'])
      expect(report).not.toContain(word);
  });

  it('is of no use without anything that holds', async () => {
    const ran = await run(['--venue', 'fred'], { FRED_API_KEY: '' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('- fred: FRED_API_KEY is not set (5 checks)');
  });

  it.each([
    ['an unknown venue', ['--venue', 'mtgox'], /Use some of: binance-archive,/],
    [
      'a place that is none',
      ['--out', '/nowhere/report.md'],
      /--out \/nowhere\/report\.md cannot be written/,
    ],
  ])('exits 2 for %s', async (_, args, words) => {
    venues.requests.clear();
    const ran = await run(args);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(words);
    expect(ran.stderr.trimEnd().split('\n').length).toBe(1);
    expect(venues.requests.all()).toEqual([]);
  });
});

it.each([
  ['at 10.0.0.1 and ::1, fe80::1ff:fe23:4567:890a', 'at *** and ***, ***'],
  [
    '2026-06-24T00:05:00Z to 2026-06-25T00:00:00Z, 12:34:56',
    '2026-06-24T00:05:00Z to 2026-06-25T00:00:00Z, 12:34:56',
  ],
  ['version 1.2.3, cell 1.5, of 1795219200000', 'version 1.2.3, cell 1.5, of 1795219200000'],
  ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '***'],
  ['in /home/somebody/x of box, not in a boxed one', 'in ***/x of ***, not in a boxed one'],
])('takes addresses and names out of: %s', (text, clean) => {
  expect(withoutPrivate(text, ['/home/somebody', 'box'])).toBe(clean);
});
