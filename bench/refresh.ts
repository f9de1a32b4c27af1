/**
 * `npm run bench:refresh`: what a minute's refresh of many followed series takes, from the schedule's turn to the end of its
 * last job. `SYMBOLS` (1,000) on spot and perpetual, `ROUNDS` (5) minutes; the clock is the bench's, so no minute is waited
 * for. Linux only, for processor time is read from /proc.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ACTIVE_STATUSES } from '../functions/core/jobs/job.ts';
import { refreshTails } from '../functions/core/schedules/refresh.ts';
import { HOUR, MINUTE, SECOND } from '../functions/core/time/time.ts';
import { connect } from '../functions/stores/postgres/postgres.ts';
import { type Host, startHost } from '../host/host.ts';
import { type Cpu, countCpu } from './growth/gauges.ts';
import { median } from './peers/table.ts';
import { inFolder, unlessInterrupted } from './temporary-folder.ts';

const SYMBOLS = Number(process.env.SYMBOLS ?? 1_000);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** Symbols of one order. */
const TOGETHER = 500;

interface Round extends Cpu {
  readonly seconds: number;
  readonly calls: number;
  readonly chunks: number;
}

const venue = fork(fileURLToPath(new URL('./refresh/venue.ts', import.meta.url)), [String(SYMBOLS)]);
try {
  const [port] = (await once(venue, 'message')) as [number];
  let now = Date.UTC(2026, 0, 15, 12) + 5 * SECOND;
  const setClock = (at: number): void => {
    now = at;
    venue.send(at);
  };
  setClock(now);
  const url = `http://127.0.0.1:${port}`;
  let calls = 0;
  let busy = 0;
  await inFolder('refresh', async (folder) => {
    const host = await startHost({
      folder,
      ports: { jobs: 0, candles: 0, database: 0 },
      simulated: false,
      clock: () => now,
      env: {
        GORDON_BINANCE_SPOT_URL: url,
        GORDON_BINANCE_USDM_URL: url,
        GORDON_BINANCE_ARCHIVE_URL: url,
        GORDON_BINANCE_LISTING_URL: url,
      },
      rehearsal: {
        around: async (_handler, event, invoke) => {
          calls += 1;
          busy += 1;
          try {
            return await invoke(event);
          } finally {
            busy -= 1;
          }
        },
      },
    });
    const sql = connect(host.databaseUrl, { max: 1 });
    const measured = async (): Promise<void> => {
      await follow(host, now - HOUR, () => setClock(now + MINUTE));
      const rounds: Round[] = [];
      // The first one is not counted: everything is met for the first time there.
      for (let round = 0; round <= ROUNDS; round++) {
        setClock(now + MINUTE);
        const cpu = await countCpu(sql);
        const began = performance.now();
        calls = 0;
        await host.services.catalog.recount(MINUTE);
        const ids = await refreshTails(host.services);
        const chunks = await ended(host, ids, round > 0 ? SYMBOLS * 2 : undefined);
        // The function notes more after the job's end.
        while (busy > 0) await sleep(5);
        const one = { seconds: (performance.now() - began) / 1_000, ...cpu(), calls, chunks };
        console.error(`round ${round}: ${describe(one)}`);
        if (round > 0) rounds.push(one);
      }
      const middle = (of: keyof Round): number => median(rounds.map((round) => round[of]));
      console.log(
        `a minute of ${SYMBOLS} symbols, spot and perpetual, median of ${ROUNDS}: ${describe({
          seconds: middle('seconds'),
          host: middle('host'),
          sessions: middle('sessions'),
          upkeep: middle('upkeep'),
          calls: middle('calls'),
          chunks: middle('chunks'),
        })}`,
      );
    };
    try {
      await unlessInterrupted(measured());
    } finally {
      await sql.end();
      await host.close();
    }
  });
} finally {
  venue.disconnect();
}

/** Orders the hour before now of all symbols, so that they are followed. */
async function follow(host: Host, from: number, nextMinute: () => void): Promise<void> {
  for (let i = 0; i < SYMBOLS; i += TOGETHER) {
    const symbols = Array.from(
      { length: Math.min(TOGETHER, SYMBOLS - i) },
      (_, n) => `S${String(i + n).padStart(4, '0')}USDT`,
    );
    const body = JSON.stringify({ source: 'klines', symbols, from: new Date(from).toISOString() });
    const answer = await fetch(`http://127.0.0.1:${host.ports.jobs}/backfill`, { method: 'POST', body });
    const { id } = (await answer.json()) as { id: string };
    if (!id) throw new Error(`the order was refused with ${answer.status}`);
    await ended(host, [id]);
    nextMinute();
  }
}

async function ended(host: Host, ids: readonly string[], rows?: number): Promise<number> {
  if (ids.length === 0) throw new Error('the refresh started no job');
  const seen = await Promise.all(
    ids.map(async (id) => {
      for (;;) {
        const job = (await host.services.jobs.get(id))!;
        if (!ACTIVE_STATUSES.includes(job.status)) return job;
        await sleep(20);
      }
    }),
  );
  const bad = seen.find(({ status }) => status !== 'succeeded');
  if (bad) throw new Error(`job ${bad.id} ended as ${bad.status}: ${bad.reason}`);
  const written = seen.reduce((sum, job) => sum + job.rows, 0);
  if (rows !== undefined && written !== rows) throw new Error(`${written} rows instead of ${rows}`);
  const chunks = await Promise.all(ids.map((id) => host.services.jobs.chunks(id)));
  return chunks.flat().length;
}

function describe({ seconds, host, sessions, upkeep, calls, chunks }: Round): string {
  const cpu = `CPU ${host.toFixed(2)} s host, ${sessions.toFixed(2)} s sessions of PostgreSQL, ${upkeep.toFixed(2)} s its other processes`;
  return `${seconds.toFixed(2)} s, ${cpu}; ${chunks} chunks, ${calls} function calls`;
}
