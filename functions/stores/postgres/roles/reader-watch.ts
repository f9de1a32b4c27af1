import { setInterval } from 'node:timers/promises';
import type { ReaderWatch, StallingReader } from '../../../core/ledger/ports.ts';
import { Session } from '../connection.ts';
import { guarded, type Runner } from '../postgres.ts';

/** @param sql a session of `gordon_writer` */
export const createReaderWatch = (sql: Runner): ReaderWatch => ({
  endStalling: (patienceMs) => guarded('the readers', () => endStalling(sql, patienceMs)),
});

const endStalling = (sql: Runner, patienceMs: number): Promise<StallingReader[]> =>
  sql<StallingReader[]>`
    select pid, login from market_data.end_stalling_readers(make_interval(secs => ${patienceMs / 1000}))`;

const PATIENCE_MS = 2_000;

/**
 * Runs work that alters tables while a session of its own ends the readers that it waits for. It does nothing in a schema from before
 * there was a way to end them.
 * @param url of the login that owns the schema
 */
export async function withoutReaders<T>(
  url: string,
  application: string,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const watching = watch(url, application, done.signal);
  try {
    return await work();
  } finally {
    done.abort();
    await watching;
  }
}

async function watch(url: string, application: string, done: AbortSignal): Promise<void> {
  let session: Session | undefined;
  try {
    for await (const _ of setInterval(1_000, undefined, { signal: done })) {
      session ??= new Session(url, { max: 1, application: `${application}: readers` });
      const [found] = await session.sql<{ there: boolean }[]>`
        select to_regprocedure('market_data.end_stalling_readers(interval)') is not null as there`;
      if (found?.there) await endStalling(session.sql, PATIENCE_MS);
    }
  } catch (error) {
    // Without it the work may wait longer; its own errors say what is wrong.
    if (!done.aborted) process.emitWarning(`Readers that stall are not ended: ${(error as Error).message}`);
  } finally {
    await session?.close();
  }
}
