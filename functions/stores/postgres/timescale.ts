import { type ErrorFacts, GordonError } from '../../core/errors/errors.ts';
import type { Runner } from './postgres.ts';

/** Supports writes into compressed chunks, and the functions that `aggregate_status` uses. */
const OLDEST = [2, 12] as const;

/**
 * Refuses a TimescaleDB that cannot run the migrations, before the first of them: one without the features of the
 * community licence (the `-oss` images and some distributions' packages have the Apache build), or one too old.
 * @throws GordonError `timescale-licence`, `timescale-too-old`
 */
export async function refuseUnfit(sql: Runner, place: string): Promise<void> {
  const [found] = await sql<{ version: string; license: string | null }[]>`
    select extversion as version, current_setting('timescaledb.license', true) as license
    from pg_extension where extname = 'timescaledb'`;
  const version = found?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw unfit(place, {
      code: 'timescale-too-old',
      message: `its TimescaleDB is ${version}; this program needs ${OLDEST.join('.')} or later.`,
      remedy:
        'Install a newer one and run `ALTER EXTENSION timescaledb UPDATE` as the first command of a session.',
    });
  }
  if (found?.license === 'timescale') return;
  if (!found?.license) {
    throw unfit(place, {
      code: 'timescale-licence',
      message: 'it has the extension timescaledb, whose library the server has not loaded.',
      remedy: `Add timescaledb to shared_preload_libraries in postgresql.conf and restart the server. ${PLAIN}`,
    });
  }
  throw unfit(place, {
    code: 'timescale-licence',
    message: `its TimescaleDB runs under the licence "${found.license}", which has neither continuous aggregates nor compression.`,
    remedy:
      "Set timescaledb.license = 'timescale' in postgresql.conf and restart the server; the Apache build (an " +
      `\`-oss\` image) has to be replaced by the community build first. ${PLAIN}`,
  });
}

/** A library that is loaded would also be used in the next new database, so it has to be removed from the server. */
const PLAIN =
  'Plain PostgreSQL works too: run `DROP EXTENSION IF EXISTS timescaledb` in this database, take timescaledb out of ' +
  'shared_preload_libraries and restart the server.';

const unfit = (subject: string, words: Pick<ErrorFacts, 'code' | 'message' | 'remedy'>): GordonError =>
  new GordonError({ subject, ...words });
