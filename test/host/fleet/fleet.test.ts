import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gordon, type Ran } from '../../cli/support/run.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** Two deployments side by side, each with a database, a job table and venues of its own, and the commands of docs/SCALE.md. */
const SCALE = readFileSync('docs/SCALE.md', 'utf8');
const MONTH = { from: '2025-02-01', to: '2025-03-01' };
const RANGE = `--from ${MONTH.from} --to ${MONTH.to}`;
const HOURS = 28 * 24;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];
/** spot and perpetual */
const MARKETS = 2;

let warehouses: Readonly<Record<string, TestHost>>;
let file: string;
beforeAll(async () => {
  const [a, b] = await Promise.all([startTestHost(), startTestHost()]);
  warehouses = { a, b };
  file = join(a.folder, 'fleet.json');
  const urls = { a: urlOf('a'), b: urlOf('b') };
  writeFileSync(file, JSON.stringify({ warehouses: urls, symbols: { BTCUSDT: 'a' } }));
});
afterAll(async () => {
  for (const host of Object.values(warehouses ?? {})) await host[Symbol.asyncDispose]();
});

const urlOf = (name: string): string => `http://127.0.0.1:${warehouses[name]!.host.ports.jobs}`;
const table = () => JSON.parse(readFileSync(file, 'utf8')) as { symbols: Record<string, string> };

/** A command line as the page has it, but for addresses and the range. */
async function type(line: string): Promise<Ran> {
  const [, variable, name, words] =
    /^(?:(GORDON_API_URL)=https:\/\/(\w)\.example )?gordon-data (.+?)(?: +#.*)?$/.exec(line)!;
  const args = words!
    .replace(/--from \S+/, words!.includes('--timeframe') ? RANGE : `${RANGE} --timeframe 1h`)
    .replace('--purge', '--purge --yes');
  return gordon(args.split(' '), {
    env: { GORDON_FLEET: file, ...(variable && { [variable]: urlOf(name!) }) },
  });
}

/** The command lines of a block of the page that has a text. */
function linesWith(text: string): string[] {
  const block = SCALE.split('```').find((part, i) => i % 2 === 1 && part.includes(text))!;
  return block.split('\n').filter((line) => line.includes('gordon-data '));
}

const succeed = async (line: string): Promise<string> => {
  const { code, stdout, stderr } = await type(line);
  expect([line, code, stderr]).toEqual([line, 0, '']);
  return stdout;
};

const contents = async (name: string) => {
  const rows = await warehouses[name]!.sql<{ symbol: string; rows: number }[]>`
    select symbol, count(*)::int4 as rows from (
      select symbol from market_data.spot_klines union all select symbol from market_data.perp_klines) t
    group by 1 order by 1`;
  return Object.fromEntries(rows.map(({ symbol, rows }) => [symbol, rows]));
};
const whole = (...symbols: readonly string[]) =>
  Object.fromEntries(symbols.map((symbol) => [symbol, MARKETS * HOURS]));
const having = (name: string) => SYMBOLS.filter((symbol) => table().symbols[symbol] === name);

describe('two warehouses', () => {
  it('have each symbol in one of them, and one report over all', async () => {
    const [place, trigger, report] = linesWith('fleet place --symbols BTCUSDT,ETHUSDT');
    await succeed(place!);
    expect([...having('a'), ...having('b')].toSorted()).toEqual(SYMBOLS);
    // Both have something, whatever the hash says of the other two.
    await succeed('gordon-data fleet place --symbols ETHUSDT --in b');
    const ordered = await succeed(trigger!);
    const jobs = [...ordered.matchAll(/^(\w): job (\w+) /gm)];
    expect(jobs.map(([, name]) => name).toSorted()).toEqual(['a', 'b']);
    for (const [, name, id] of jobs)
      expect(await warehouses[name!]!.wait(id!)).toMatchObject({ status: 'succeeded' });
    for (const name of ['a', 'b']) expect(await contents(name)).toEqual(whole(...having(name)));
    const shown = await succeed(report!);
    for (const symbol of SYMBOLS) expect(shown).toMatch(new RegExp(`^klines_spot +${symbol} `, 'm'));
    for (const name of ['a', 'b']) {
      const series = MARKETS * having(name).length;
      expect(shown).toContain(`\n${name}: ${series} series, ${(series * HOURS).toLocaleString('en')} rows\n`);
    }
    expect(shown).not.toContain('and the table has it');
  });
});

describe('a symbol that moves', () => {
  it('is in both until the old one is purged, and the report says so', async () => {
    const [load, verify, place, check, purge] = linesWith('unfollow klines');
    const { a } = warehouses;
    await a!.wait(
      (await a!.order({ source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '4h', ...MONTH })).id,
    );
    const { BTCUSDT: whole, ...others } = await contents('a');
    await succeed(load!);
    expect((await contents('b')).BTCUSDT).toBe(MARKETS * HOURS);
    expect(await succeed(check!)).toContain('klines_spot BTCUSDT is in b, and the table has it in a\n');
    expect(await succeed(verify!)).toContain('identical');
    await succeed(place!);
    expect(table().symbols.BTCUSDT).toBe('b');
    const late = 'klines_spot BTCUSDT 4h is not in b yet\n';
    const shown = await succeed(check!);
    expect(shown).toContain('klines_spot BTCUSDT is in a, and the table has it in b\n');
    expect([shown.includes(late), shown.includes('BTCUSDT 1h is not')]).toEqual([true, false]);
    await succeed(load!.replace('--wait', '--timeframe 4h --wait'));
    expect(await succeed(check!)).not.toContain('yet');
    expect((await contents('b')).BTCUSDT).toBeGreaterThanOrEqual(whole!);
    await succeed(purge!);
    expect(await contents('a')).toEqual(others);
    const after = await succeed('gordon-data fleet report --fail-on-gaps');
    expect(after).not.toContain('and the table has it');
    expect(after.match(/^klines_spot +BTCUSDT /gm)).toHaveLength(2);
  });
});

describe('a warehouse that does not answer', () => {
  it('is named, the others are shown, and the exit code is 1', async () => {
    await warehouses.a!.host.close();
    const { code, stdout, stderr } = await type('gordon-data fleet report');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^gordon-data: a is left out: .+\n$/);
    expect(stdout).toMatch(/^klines_spot +BTCUSDT /m);
    expect(stdout).toContain('\na: 0 series, 0 rows\n');
  });
});
