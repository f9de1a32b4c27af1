import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type FetchPorts, fetchChunk } from '../../functions/core/jobs/fetch-chunk.ts';
import { type Chunk, inLoadingOrder, planChunks } from '../../functions/core/ledger/plan.ts';
import { createServices } from '../../functions/runtime/services.ts';
import { empty } from '../empty.ts';
import { type Cpu, countCpu, forgetPeak, peakMegabytes } from './gauges.ts';
import { type Waits, watchLocks } from './lock-watch.ts';
import { type TableUse, watchTable } from './table-watch.ts';
import { ROWS_OF_YEAR, symbolsFrom, type Testbed, YEAR } from './testbed.ts';

export interface Crowd {
  readonly fetchers: number;
  readonly rows: number;
  readonly seconds: number;
  readonly cpu: Cpu;
  readonly waits: Waits;
  readonly table: TableUse;
  /** ms, sorted */
  readonly checkpoints: readonly number[];
  /** ms that the process was busy when something else was due, 99 of 100 */
  readonly loopMs: number;
  readonly peakMb: number;
}

/** The same chunks of one job for a number of fetchers at once, into an empty table. */
export async function crowd(testbed: Testbed, fetchers: number, symbols: number): Promise<Crowd> {
  const { host, sql } = testbed;
  await empty(sql);
  const names = symbolsFrom(0, symbols);
  const jobId = await enter(testbed, names);
  const chunks = chunksOf(names);
  const checkpoints: number[] = [];
  // As on Lambda: no fetcher shares a session or a client with another one.
  const all = await Promise.all(
    Array.from({ length: fetchers }, () => createServices(host.env, { connections: 1 })),
  );
  try {
    const next = chunks.values();
    const fetchAll = () =>
      Promise.all(
        all.map(async (services) => {
          const ports = withStopwatch(services, checkpoints);
          for (const chunk of next) {
            const { outcome } = await fetchChunk(ports, {
              jobId,
              wave: 1,
              chunk,
              resume: { since: 0, withoutArchive: false },
            });
            if (outcome !== 'done') throw new Error(`${chunk.label} ended as ${outcome}`);
          }
        }),
      );
    forgetPeak();
    const loop = monitorEventLoopDelay({ resolution: 5 });
    const cpu = await countCpu(sql);
    const [[seconds, table], waits] = await watchLocks(host.databaseUrl, () =>
      watchTable(async () => {
        loop.enable();
        const began = performance.now();
        await fetchAll();
        loop.disable();
        return (performance.now() - began) / 1_000;
      }),
    );
    const used = cpu();
    return {
      fetchers,
      rows: await counted(testbed, names.length),
      seconds,
      waits,
      table,
      cpu: used,
      checkpoints: checkpoints.toSorted((a, b) => a - b),
      loopMs: loop.percentile(99) / 1e6,
      peakMb: peakMegabytes(),
    };
  } finally {
    await Promise.all(all.map((services) => services.close()));
  }
}

async function enter({ host }: Testbed, symbols: readonly string[]): Promise<string> {
  const { job } = await host.services.jobs.create({
    source: 'klines',
    sources: ['klines_spot'],
    symbols,
    skipped: [],
    timeframe: '1m',
    from: YEAR.start,
    to: YEAR.end,
    alsoRequested: false,
  });
  return job.id;
}

/** In the order of `planWave`: fetchers are at months of one symbol or two. */
const chunksOf = (symbols: readonly string[]): Chunk[] =>
  inLoadingOrder(
    symbols.flatMap((symbol) =>
      planChunks({ source: 'klines_spot', symbol, timeframe: '1m' }, [YEAR], 'month'),
    ),
  ).map(({ chunk }) => chunk);

const withStopwatch = (services: FetchPorts, ms: number[]): FetchPorts => ({
  ...services,
  jobs: {
    ...services.jobs,
    async checkpoint(...given) {
      const began = performance.now();
      await services.jobs.checkpoint(...given);
      ms.push(performance.now() - began);
    },
  },
});

async function counted({ sql }: Testbed, symbols: number): Promise<number> {
  const [{ rows }] = (await sql`select count(*)::int8 as rows from market_data.spot_klines`) as never as [
    { rows: number },
  ];
  if (rows === symbols * ROWS_OF_YEAR) return rows;
  throw new Error(`${rows} rows are there instead of ${symbols * ROWS_OF_YEAR}`);
}
