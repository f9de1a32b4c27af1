import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monthColumns, withWholeTable } from '../../../functions/core/exports/columns.ts';
import { pathOf } from '../../../functions/core/exports/layout.ts';
import { canonicalLine } from '../../../functions/core/verify/canonical.ts';
import { sources } from '../../../functions/sources/index.ts';
import { sha256 } from '../../../functions/stores/files/sha256.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createStoredRows } from '../../../functions/stores/queries/stored-rows.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { until } from '../../helpers/until.ts';
import { startFakeS3 } from '../../runtime/exports/fake-s3.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { gordon, type Ran } from '../support/run.ts';
import {
  fileOf,
  filesIn,
  fill,
  manifestIn,
  partitionsIn,
  readArrow,
  readParquet,
  seriesOf,
} from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'gordon-export-'));
const HOUR = 3_600_000;
const JANUARY = Date.UTC(2025, 0, 1);
const FEBRUARY = Date.UTC(2025, 1, 1);
const all = Object.values(sources);
const { GORDON_TEST_PYTHON: PYTHON } = process.env;
/** The rows of each source with the columns that are folders, by its id. */
const known = new Map<string, Record<string, unknown>[]>();

let database: TestDatabase;
let sql: Sql;
const env = () => ({ GORDON_DATABASE_URL: database.url, GORDON_KEYS: join(folder, 'keys') });
const exported = (out: string, ...args: string[]): Promise<Ran> =>
  gordon(['export', '--out', join(folder, out), ...args], { env: env() });
const verified = (out: string, ...args: string[]): Promise<Ran> =>
  gordon(['export', 'verify', join(folder, out), ...args], { env: env() });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect();
  const instants = [JANUARY, JANUARY + 24 * HOUR, FEBRUARY, FEBRUARY + 48 * HOUR];
  for (const source of all) await fill(sql, source, instants);
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** All rows of a source's series as the database has them, known as exported columns. */
async function stored(id: string): Promise<Record<string, unknown>[]> {
  const source = withWholeTable(sources, sources[id]!);
  const { table } = source;
  const series = seriesOf(source);
  const where = Object.entries({ ...table.fixed, symbol: series.symbol })
    .map(([name, value]) => `${name} = '${value}'`)
    .join(' and ');
  const candles = table.columns.some(({ name }) => name === 'open');
  const columns = monthColumns(source).map(({ name, type }) => {
    const time = table.time ?? 'time';
    if (candles && name === 'known_at') return `${time} + '${series.timeframe}'::interval as known_at`;
    return type === 'jsonb' ? `${name}::text` : name;
  });
  return sql.unsafe(
    `select ${columns.join(', ')} from market_data.${table.view?.name ?? table.name} where ${where} order by ${table.key.join(', ')}`,
  );
}

describe('files of every table', () => {
  it.each(['parquet', 'arrow', 'csv'] as const)('have its rows, as %s', async (format) => {
    const ran = await exported(format, '--format', format);
    expect([ran.code, ran.stdout.split('\n')[0]]).toEqual([
      0,
      `${join(folder, format)}: ${2 * all.length} months written (${4 * all.length} rows, ${bytesIn(format)} bytes), 0 unchanged, ${all.length} without a file`,
    ]);
    for (const source of all) {
      const paths = ['2025-01', '2025-02'].map((month) => pathOf(source, seriesOf(source), month, format));
      const rows = await stored(source.id);
      const folders = { ...source.table.fixed, symbol: seriesOf(source).symbol };
      const json = rows.map((row) => ({ ...(JSON.parse(JSON.stringify(row)) as object), ...folders }));
      known.set(source.id, json);
      const files = await Promise.all(paths.map((path) => rowsOf(join(folder, format, path))));
      expect(files.flat(), source.id).toEqual(rows.map((row) => asText(row, format)));
      expect(partitionsIn(paths[0]!)).toEqual({ ...source.table.fixed, symbol: seriesOf(source).symbol });
    }
    expect(await verified(format)).toMatchObject({ code: 0 });
  });

  it('have the hash of a certificate, and the same root in every format', async () => {
    const [parquet, arrow, csv] = ['parquet', 'arrow', 'csv'].map((format) =>
      manifestIn(join(folder, format)),
    );
    expect([arrow!.root, csv!.root]).toEqual([parquet!.root, parquet!.root]);
    const rows = createStoredRows(sql, (source) => sources[source]!.table);
    for (const file of parquet!.files) {
      const { table } = sources[file.source]!;
      const hash = sha256();
      const start = Date.parse(`${file.month}-01`);
      const range = { start, end: start + 28 * 24 * HOUR };
      for await (const batch of rows.read(seriesOf(sources[file.source]!), range)) {
        for (const cells of batch) hash.add(`${canonicalLine(table, cells)}\n`);
      }
      expect([file.path, hash.hex()]).toEqual([file.path, file.rows_sha256]);
    }
  });

  // CI names a Python with these packages; `make test` needs none.
  it.skipIf(!PYTHON)(
    'are one dataset for pandas, polars, pyarrow and DuckDB, with the rows of the table',
    () => {
      const script = join('test', 'cli', 'export', 'read-tree.py');
      const text = execFileSync(PYTHON!, [script, join(folder, 'parquet')], {
        encoding: 'utf8',
        maxBuffer: 2 ** 27,
      });
      const engines = JSON.parse(text) as Record<string, Record<string, Record<string, unknown>[]>>;
      expect(Object.keys(engines)).toEqual(['pandas', 'polars', 'pyarrow', 'duckdb']);
      for (const [engine, found] of Object.entries(engines)) {
        expect(Object.keys(found)).toEqual([...new Set(all.map(({ table }) => table.name))].sort());
        for (const [name, rows] of Object.entries(found)) {
          const expected = all.filter(({ table }) => table.name === name).flatMap(({ id }) => known.get(id)!);
          expect(sorted(rows), `${engine} ${name}`).toEqual(sorted(expected));
        }
      }
    },
  );

  /** Rows with their keys and themselves in order: each engine has an order of its own. */
  const sorted = (rows: readonly Record<string, unknown>[]): string[] =>
    rows.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();

  const bytesIn = (format: string): string =>
    manifestIn(join(folder, format))
      .files.reduce((sum, { bytes }) => sum + bytes, 0)
      .toLocaleString('en-US');

  const rowsOf = async (path: string) => {
    if (path.endsWith('.parquet')) return (await readParquet(path)).map((row) => asText(row, 'parquet'));
    if (path.endsWith('.arrow')) return readArrow(path).map((row) => asText(row, 'arrow'));
    const [head, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
    const names = head!.split(',');
    return lines.map((line) => {
      const cells = line.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!.map((cell) => cell.replace(/,$/, ''));
      return Object.fromEntries(names.map((name, i) => [name, cells[i]]));
    });
  };

  /** One value as each format has it, so that what a driver and a reader bring can be compared. */
  const asText = (row: Record<string, unknown>, format: string) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (format !== 'csv') {
          const time =
            value instanceof Date ||
            (format === 'arrow' && typeof value === 'number' && /time|_at$|expiry|start|end/.test(name));
          if (time) return [name, Number(value)];
          return [name, typeof value === 'bigint' ? Number(value) : value];
        }
        if (value === null) return [name, ''];
        if (value instanceof Date) return [name, value.toISOString().replace('.000Z', 'Z')];
        const text = String(value);
        return [name, /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text];
      }),
    );
});

describe('what changed', () => {
  it('is written again, by whatever statement: no other month is touched', async () => {
    const out = 'changes';
    expect((await exported(out, 'spot_klines,funding')).code).toBe(0);
    const times = () =>
      Object.fromEntries(
        filesIn(join(folder, out)).map((path) => [
          path,
          statSync(join(folder, out, path), { bigint: true }).mtimeNs,
        ]),
      );
    const changed = async (statement: string): Promise<string[]> => {
      const before = times();
      await sql.unsafe(statement);
      expect((await exported(out, 'spot_klines,funding')).code).toBe(0);
      const after = times();
      return Object.keys({ ...before, ...after }).filter(
        (path) => before[path] !== after[path] && path !== 'manifest.json',
      );
    };
    const january = 'spot_klines/symbol=BTCUSDT/2025-01.parquet';
    const february = 'spot_klines/symbol=BTCUSDT/2025-02.parquet';
    expect(await changed('select 1')).toEqual([]);
    expect(
      await changed("update market_data.spot_klines set close = close + 1 where open_time = '2025-01-01Z'"),
    ).toEqual([january]);
    expect(await changed("delete from market_data.spot_klines where open_time = '2025-02-01Z'")).toEqual([
      february,
    ]);
    const file = fileOf(manifestIn(join(folder, out)), february);
    expect([file.rows, file.complete]).toEqual([1, false]);
    expect(
      await changed(`insert into market_data.spot_klines
        values ('BTCUSDT', '1m', '2025-03-05Z', 1, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5)`),
    ).toEqual(['spot_klines/symbol=BTCUSDT/2025-03.parquet']);
    expect(
      await changed(
        "update market_data.funding_rates set rate = rate * 2 where venue = 'bybit' and time >= '2025-02-01Z'",
      ),
    ).toEqual(['funding_rates/venue=bybit/symbol=BTCUSDT/2025-02.parquet']);
    // All of a month: its file goes.
    expect(await changed("delete from market_data.spot_klines where open_time >= '2025-03-01Z'")).toEqual([
      'spot_klines/symbol=BTCUSDT/2025-03.parquet',
    ]);
    expect((await verified(out)).code).toBe(0);
  });
});

describe('an export that ends early', () => {
  it('on Ctrl-C keeps the months that it has finished, and the next one goes on', async () => {
    const terminal = fakeTerminal({ env: env() });
    const running = gordon(['export', '--out', join(folder, 'stopped')], { terminal });
    await until('it has begun', async () => terminal.stderr().includes('months to write'), 30);
    terminal.stop('SIGINT');
    const ran = await running;
    expect([ran.code, ran.stdout]).toEqual([130, '']);
    const { files } = manifestIn(join(folder, 'stopped'));
    expect(files.length).toBeLessThan(2 * all.length);
    expect(filesIn(join(folder, 'stopped'))).toEqual(
      ['manifest.json', ...files.map(({ path }) => path)].sort(),
    );
    expect((await verified('stopped')).code).toBe(0);
    const rest = 2 * all.length - files.length;
    expect((await exported('stopped')).stdout).toMatch(
      new RegExp(`: ${rest} months? written .*, ${files.length} unchanged`),
    );
    expect((await verified('stopped')).code).toBe(0);
  });

  it('by kill leaves no half file, and the next one goes on', async () => {
    const out = join(folder, 'killed');
    const child = spawn('node_modules/.bin/node', ['cli/gordon-data.ts', 'export', '--out', out], {
      env: { ...process.env, ...env() },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const months = () => (existsSync(out) ? filesIn(out).filter((path) => path.endsWith('.parquet')) : []);
    await until('a month is there', async () => months().length > 0, 60);
    child.kill('SIGKILL');
    await ended;
    for (const path of months()) expect((await readParquet(join(out, path))).length).toBe(2);
    expect((await exported('killed')).code).toBe(0);
    expect(filesIn(out)).toHaveLength(2 * all.length + 1);
    expect((await verified('killed')).code).toBe(0);
  });
});

describe('a bucket', () => {
  it('is a tree like a folder, and is verified where it is', async () => {
    await using s3 = await startFakeS3('market-data');
    const aws = {
      ...env(),
      AWS_ENDPOINT_URL: s3.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const write = () => gordon(['export', 'fear_greed', '--out', 's3://market-data/x'], { env: aws });
    expect((await write()).stdout).toMatch(/^s3:\/\/market-data\/x: 2 months written \(4 rows, /);
    expect((await write()).stdout).toMatch(/: 0 months written \(0 rows, 0 bytes\), 2 unchanged/);
    const check = () => gordon(['export', 'verify', 's3://market-data/x'], { env: aws });
    expect((await check()).stdout).toMatch(/^identical: root [0-9a-f]{64}: 4 rows in 2 files\n/);
    const [month] = [...s3.objects.keys()].filter((key) => key.endsWith('2025-01.parquet'));
    s3.objects.set(month!, Buffer.concat([s3.objects.get(month!)!, Buffer.from('x')]));
    expect(await check()).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^damaged: fear_greed\/symbol=FNG\/2025-01.parquet: its SHA-256 is /),
    });
    // Another size is seen by the next export too.
    expect((await write()).stdout).toMatch(/: 1 month written \(2 rows, /);
    expect((await check()).code).toBe(0);
  });
});

describe('input that cannot work', () => {
  it.each([
    [['export', 'nonsense', '--out', 'x'], /nonsense: there is no such source or table/],
    [['export', 'spot_klines,'], /Write names with commas/],
    [['export'], /name a folder or a bucket/],
    [['export', '--out', 's3://UPPER/x'], /not an address of a bucket/],
    [['export', '--out', 'x', '--format', 'xlsx'], /Allowed choices are parquet, csv, arrow/],
    [
      ['export', '--out', 'x', '--from', '2025-02-01', '--to', '2025-01-01'],
      /--from 2025-02-01 must lie before/,
    ],
    [['export', '--out', 'x', '--key', 'none'], /there is no key "none"/],
    [['export', 'verify', '/nowhere'], /nowhere has no manifest.json/],
    [['keys', 'generate', '../x'], /is not a name of a key/],
  ] as const)('is refused in one line: %j', async (args, message) => {
    const ran = await gordon(args, { env: { ...env(), GORDON_KEYS: join(folder, 'no-keys') } });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('keys', () => {
  it('sign exports, and only their user can read them', async () => {
    const own = env();
    const made = await gordon(['keys', 'generate'], { env: own });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(join(own.GORDON_KEYS, 'operator.pem')).mode & 0o777).toBe(0o600);
    expect(await gordon(['keys', 'show'], { env: own })).toEqual(made);
    expect((await gordon(['keys', 'generate'], { env: own })).code).toBe(2);
    expect((await exported('signed', 'fear_greed')).stdout).toMatch(/\nsigned by [0-9a-f]{16}\n$/);
    expect((await verified('signed')).stdout).toMatch(
      /^identical: root [0-9a-f]{64}: 4 rows in 2 files\nsigned by [0-9a-f]{16}, your key "operator"\n$/,
    );
    expect((await verified('signed', '--key', made.stdout.trim())).code).toBe(0);
    expect((await gordon(['keys', 'generate', 'other'], { env: own })).code).toBe(0);
    const wrong = await verified('signed', '--key', 'other');
    expect([wrong.code, wrong.stdout]).toEqual([
      1,
      expect.stringMatching(
        /^signature: manifest.json: it is signed by [0-9a-f]{16}, not by [0-9a-f]{16}\n$/,
      ),
    ]);
    expect((await gordon(['keys', 'list'], { env: own })).stdout).toMatch(
      /^Name +Id +Public key\noperator +[0-9a-f]{16} +\S+\nother/,
    );
    execFileSync('chmod', ['644', join(own.GORDON_KEYS, 'other.pem')]);
    expect((await exported('signed', 'fear_greed', '--key', 'other')).stderr).toMatch(
      /can be read by others/,
    );
    rmSync(own.GORDON_KEYS, { recursive: true });
  });
});
