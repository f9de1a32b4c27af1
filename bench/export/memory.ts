/**
 * `npm run bench:memory`: the memory of a host while it answers `GET /data/{table}`, by format and by the number of rows: 0.5, 2 and 5
 * million minutes of one symbol, made by SQL. The client is a process of its own. `YEARS` (1,4,10) are the ranges.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { startHost } from '../../host/host.ts';
import { countCpu } from '../growth/gauges.ts';
import { inFolder, unlessInterrupted } from '../temporary-folder.ts';

const YEARS = (process.env.YEARS ?? '1,4,10').split(',').map(Number);
const FORMATS = (process.env.FORMATS ?? 'csv,excel,ndjson,json,parquet,arrow').split(',');
const FIRST = 2015;
const LOOK_MS = 20;
const run = promisify(execFile);

async function fill(sql: Sql): Promise<void> {
  await sql`
    insert into market_data.spot_klines
    select 'BTCUSDT', '1m', t, 20000 + n % 977, 20100 + n % 991, 19900 + n % 983, 20050 + n % 997 / 3.0, n % 1000 / 7.0, n % 1009 * 11.3, n % 311, n % 500 / 9.0, n % 733 * 3.7
    from generate_series(${`${FIRST}-01-01Z`}::timestamptz, ${`${FIRST + Math.max(...YEARS)}-01-01Z`}::timestamptz - interval '1 minute', '1 minute')
      with ordinality as minutes (t, n)`;
  await sql`vacuum analyze market_data.spot_klines`;
}

/** The largest memory of this process during the work, MB. */
async function peak(work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const looking = setInterval(look, LOOK_MS);
  try {
    await work();
    look();
  } finally {
    clearInterval(looking);
  }
  return most / 2 ** 20;
}

await inFolder('memory', async (folder) => {
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    simulated: false,
    durable: false,
  });
  const sql = connect(host.databaseUrl, { max: 1 });
  const measured = async (): Promise<void> => {
    await fill(sql);
    for (const format of FORMATS) {
      for (const years of YEARS) {
        const query = `symbol=BTCUSDT&from=${FIRST}-01-01&to=${FIRST + years}-01-01&format=${format}`;
        const url = `http://127.0.0.1:${host.ports.jobs}/data/spot_klines?${query}`;
        const cpu = await countCpu(sql);
        const began = performance.now();
        const most = await peak(() => run('curl', ['-sf', '-o', '/dev/null', url]));
        const { host: own, sessions } = cpu();
        const seconds = (performance.now() - began) / 1_000;
        console.log(
          `${format}, ${years} years: ${most.toFixed(0)} MB at the peak, ${seconds.toFixed(1)} s, CPU ${own.toFixed(1)} s host, ${sessions.toFixed(1)} s PostgreSQL`,
        );
      }
    }
  };
  try {
    await unlessInterrupted(measured());
  } finally {
    await sql.end();
    await host.close();
  }
});
