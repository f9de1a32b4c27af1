/**
 * `npm run bench:year`: a year of spot and perpetual 1m klines of BTC and ETH, from an order to the end of its job, against raw
 * COPY of the same rows in one session, alternately. Both cores of a small machine are busy then, so the processor time
 * is reported too: only idle time could still be saved without doing less. `ROUNDS` defaults to 5. Linux only, for
 * processor time is read from /proc.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { connect, type Sql } from '../functions/stores/postgres/postgres.ts';
import { empty } from './empty.ts';
import { type Cpu, countCpu } from './growth/gauges.ts';
import { backfill } from './peers/gordon-data.ts';
import { copyBack, save } from './peers/raw-copy.ts';
import { median, whole } from './peers/table.ts';
import { inWarehouse } from './peers/warehouse.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const ORDER = { source: 'klines', symbols: ['BTCUSDT', 'ETHUSDT'], from: '2025-01-01', to: '2026-01-01' };
const ROWS = 4 * 525_600;
const TABLES = ['spot_klines', 'perp_klines'];

await inWarehouse('year', async (host, folder) => {
  const sql = connect(host.databaseUrl, { max: 2 });
  const files = TABLES.map((table) => ({ table, file: join(folder, `${table}.copy`) }));
  const raw = async (): Promise<void> => {
    for (const { table, file } of files) await copyBack(sql, table, file);
  };
  const measured = async (): Promise<void> => {
    await backfill(host, ROWS, ORDER);
    for (const { table, file } of files)
      await save(sql, `${table} order by symbol, open_time`, 'binary', file);
    const rounds: Round[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const gordon = await timed(sql, () => backfill(host, ROWS, ORDER));
      rounds.push({ gordon, raw: await timed(sql, raw) });
      console.error(
        `round ${round}: gordon-data ${describe(gordon)}; raw COPY ${describe(rounds.at(-1)!.raw)}`,
      );
    }
    printRounds(rounds);
  };
  try {
    await measured();
  } finally {
    await sql.end();
  }
});

interface Timed {
  readonly seconds: number;
  readonly cpu: Cpu;
  /** of all cores, by anybody */
  readonly idle: number;
}

interface Round {
  readonly gordon: Timed;
  readonly raw: Timed;
}

async function timed(sql: Sql, work: () => Promise<unknown>): Promise<Timed> {
  await empty(sql);
  const cpu = await countCpu(sql);
  const [began, idle] = [performance.now(), idleSeconds()];
  await work();
  return { seconds: (performance.now() - began) / 1_000, idle: idleSeconds() - idle, cpu: cpu() };
}

function idleSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1_000;
}

function describe({ seconds, cpu, idle }: Timed): string {
  return `${seconds.toFixed(2)} s (this process ${cpu.host.toFixed(2)} s, sessions of PostgreSQL ${cpu.sessions.toFixed(2)} s, idle ${idle.toFixed(2)} s of ${cpus().length} cores)`;
}

function printRounds(rounds: readonly Round[]): void {
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const [gordon, raw] = [middle((round) => round.gordon.seconds), middle((round) => round.raw.seconds)];
  console.log(`a year of 1m klines of BTC and ETH, spot and perpetual, ${whole(ROWS)} rows, median of ${rounds.length} rounds
gordon-data ${gordon.toFixed(2)} s, ${whole(ROWS / gordon)} rows/s; idle meanwhile ${middle((round) => round.gordon.idle).toFixed(2)} s of ${cpus().length} cores
raw COPY ${raw.toFixed(2)} s, ${whole(ROWS / raw)} rows/s
gordon-data has ${middle((round) => round.raw.seconds / round.gordon.seconds).toFixed(2)} of its rate
processor time of a million rows: ${perMillion((round) => round.gordon.cpu)}; raw COPY ${perMillion((round) => round.raw.cpu)}`);

  function perMillion(of: (round: Round) => Cpu): string {
    const each = (part: keyof Cpu): string => ((middle((round) => of(round)[part]) / ROWS) * 1e6).toFixed(2);
    return `host ${each('host')} s, sessions of PostgreSQL ${each('sessions')} s`;
  }
}
