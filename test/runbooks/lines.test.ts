import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import type { HostState } from '../../host/state-file.ts';
import { startVenues } from '../../simulator/index.ts';
import { until } from '../helpers/until.ts';
import { writeCandles } from '../sql/aggregates/candle-model.ts';
import { expectSql, type Line, readLines, sqlOf } from './lines.ts';
import { createShell } from './shell.ts';

const lines = readLines('docs/runbook-lines.md');

describe('the runbooks, on the embedded host', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-lines-'));
  let venues: Awaited<ReturnType<typeof startVenues>>;
  let shell: ReturnType<typeof createShell>;
  /** the job that the last line ordered */
  let ordered = '';
  beforeAll(async () => {
    venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues') });
    shell = createShell(folder, {
      ...venues.env,
      GORDON_DIR: folder,
      GORDON_JOBS_PORT: '0',
      GORDON_CANDLES_PORT: '0',
      GORDON_DATABASE: 'embedded',
      GORDON_DATABASE_URL: undefined,
      GORDON_API_URL: undefined,
      POWERTOOLS_LOG_LEVEL: 'WARN',
    });
  });
  afterAll(async () => {
    await shell?.('make dev-down');
    await venues?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const state = () => JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as HostState;
  const withPorts = (text: string): string => {
    if (!text.includes('localhost')) return text;
    const { jobs, candles } = state().ports;
    return text
      .replace('localhost:8081', `127.0.0.1:${jobs}`)
      .replace('localhost:3000', `127.0.0.1:${candles}`);
  };
  const api = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${state().ports.jobs}${path}`, init);

  async function runShell({ text, expects }: Line): Promise<void> {
    const set = expects.environment?.split(' ').map((pair) => pair.split('=')) ?? [];
    const line = withPorts(text).replace('<id>', ordered);
    const ran = await shell(line, Object.fromEntries(set));
    const all = `${ran.stdout}\n${ran.stderr}`;
    expect(ran.code, all).toBe(Number(expects.exit ?? 0));
    if (expects.http !== undefined) expect(ran.http, all).toBe(expects.http);
    if (expects.prints !== undefined) expect(ran.stdout).toContain(expects.prints);
    const id = /^job (\S+) queued/m.exec(ran.stdout)?.[1] ?? /"id":"([^"]+)"/.exec(ran.stdout)?.[1];
    if (id !== undefined) await follow(id, expects);
  }

  /** An order of a year is only checked to start; the next line's order replaces it. */
  async function follow(id: string, expects: Line['expects']): Promise<void> {
    if (ordered && ordered !== id) await api(`/backfill/jobs/${ordered}`, { method: 'DELETE' });
    ordered = id;
    if (expects.succeeds === undefined) return;
    const job = async () => (await (await api(`/backfill/jobs/${id}`)).json()) as JobDetail;
    await until(`job ${id} has ended`, async () => (await job()).finished_at !== null, 100);
    expect(await job()).toMatchObject({ status: 'succeeded' });
  }

  it.each(lines.map((line) => [line.text, line] as const))(
    '%s',
    async (_text, line) => {
      const sql = sqlOf(line);
      if (sql === undefined) return runShell(line);
      return inSession(state().databaseUrl, (owner) => expectSql(owner, sql, line.expects));
    },
    120_000,
  );
});

/** One session for each line, as with psql: settings of a line do not outlive it. */
async function inSession(url: string, work: (session: Sql) => Promise<void>): Promise<void> {
  const session = connect(url, { max: 1 });
  try {
    await work(session);
  } finally {
    await session.end();
  }
}

const server = process.env.TIMESCALE_TEST_URL;
const why = server ? '' : ': TIMESCALE_TEST_URL names no server';

describe.skipIf(!server)(`the runbooks' SQL, on TimescaleDB${why}`, () => {
  const name = `gordon_lines_${randomUUID().slice(0, 8)}`;
  let admin: Sql;
  let url: string;
  beforeAll(async () => {
    admin = connect(server!, { max: 1 });
    await admin`create database ${admin(name)}`;
    url = Object.assign(new URL(server!), { pathname: `/${name}` }).href;
    expect(await migrate(url)).toMatchObject({ flavour: 'timescale' });
    await inSession(url, fill);
  });
  afterAll(async () => {
    await admin?.unsafe(`drop database if exists ${name} with (force)`);
    await admin?.end();
  });

  async function fill(owner: Sql): Promise<void> {
    await writeCandles(owner, 'BTCUSDT', { start: Date.UTC(2025, 0, 1), end: Date.UTC(2025, 1, 1) }, 1);
    await owner`
      insert into market_data.spot_klines (symbol, timeframe, open_time, open, high, low, close, volume, quote_volume,
        trades, taker_buy_volume, taker_buy_quote_volume)
      select symbol, '1m', opened, 1, 1, 1, 1, 1, 1, 1, 1, 1
      from (values ('BTCUSDT'), ('ETHUSDT')) symbols (symbol),
        generate_series(timestamptz '2025-01-01Z', timestamptz '2025-01-01 23:59Z', interval '1 minute') opened`;
  }

  const queries = lines.flatMap((line) => {
    const text = sqlOf(line);
    return text === undefined ? [] : [[text, line] as const];
  });
  it.each(queries)('%s', (text, line) => inSession(url, (owner) => expectSql(owner, text, line.expects)));
});
