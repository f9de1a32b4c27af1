import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { type Host, startHost } from '../../host/host.ts';
import { startVenuesProcess } from '../../host/venues-process.ts';
import { unlessInterrupted } from '../temporary-folder.ts';

/** One host with its database, in front of venues where every symbol is listed. */
export interface Testbed {
  readonly host: Host;
  /** as the owner of the database */
  readonly sql: Sql;
}

export const symbolAt = (i: number): string => `G${String(i).padStart(3, '0')}USDT`;
export const symbolsFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => symbolAt(first + i));

export const YEAR = { start: Date.UTC(2025, 0), end: Date.UTC(2026, 0) };
export const ROWS_OF_YEAR = (YEAR.end - YEAR.start) / 60_000;

/** Starts all of it in a folder, hands it over, and stops it again. */
export async function withTestbed<T>(folder: string, work: (testbed: Testbed) => Promise<T>): Promise<T> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const venues = await startVenuesProcess({ cacheDir: join(folder, 'venues'), seed: 1 });
    stops.push(() => venues.close());
    const mirror = await startMirror(venues.url);
    stops.push(mirror.close);
    const env = Object.fromEntries(
      Object.entries(venues.env).map(([name, value]) => [name, value.replace(venues.url, mirror.url)]),
    );
    const ports = { jobs: 0, candles: 0, database: 0 };
    const host = await startHost({ folder, ports, simulated: false, env });
    stops.push(() => host.close());
    const sql = connect(host.databaseUrl, { max: 2, application: 'bench' });
    stops.push(() => sql.end());
    return await unlessInterrupted(work({ host, sql }));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function startMirror(upstream: string): Promise<{ url: string; close(): Promise<void> }> {
  const child = fork(fileURLToPath(new URL('mirror.ts', import.meta.url)), [upstream]);
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the mirror ended with code ${code}`);
  });
  died.catch(() => {});
  const [url] = (await Promise.race([once(child, 'message'), died])) as [string];
  return {
    url,
    async close() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
