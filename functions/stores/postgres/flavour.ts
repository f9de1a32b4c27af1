import { GordonError } from '../../core/errors/errors.ts';
import type { Runner } from './postgres.ts';
import { dropInformation } from './schema/information.ts';
import { refuseUnfit } from './timescale.ts';

/** Which of the two folders of migrations goes with `sql/*.sql`. Decided once for each database. */
export type Flavour = 'postgres' | 'timescale';

/** Multiranges came with 14. */
const OLDEST = 140_000;

/** @throws GordonError `database-too-old` */
export async function refuseOld(sql: Runner, place: string): Promise<void> {
  const [row] = await sql<{ version: string; number: number }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`;
  if (row && row.number >= OLDEST) return;
  throw new GordonError({
    code: 'database-too-old',
    subject: place,
    message: `this server is PostgreSQL ${row?.version}; the coverage ledger needs multiranges, which came with 14.`,
  });
}

/**
 * A database keeps the flavour that it was created with; a new one gets Timescale where the server has it loaded.
 * @throws GordonError `timescale-missing`, `timescale-licence`, `timescale-too-old`
 */
export async function detectFlavour(session: Runner, place: string): Promise<Flavour> {
  const [made] = await session<
    { made: boolean }[]
  >`select to_regclass('market_data.meta') is not null as made`;
  const [kept] = made?.made
    ? await session<{ value: Flavour }[]>`select value from market_data.meta where key = 'flavour'`
    : [];
  const [has] = await session<{ created: boolean; loaded: boolean }[]>`
    select exists (select from pg_extension where extname = 'timescaledb') as created,
      exists (select from pg_available_extensions where name = 'timescaledb')
        -- a loaded library has settings; ordinary users cannot read the list of loaded libraries
        and exists (select from pg_settings where name like 'timescaledb.%') as loaded`;
  if (kept?.value === 'postgres') return 'postgres';
  if (has?.created) {
    await refuseUnfit(session, place);
    return 'timescale';
  }
  if (kept?.value === 'timescale') throw lost(place);
  if (!has?.loaded) return 'postgres';
  await createExtension(session, place);
  return 'timescale';
}

/** Only the extension itself knows its licence. An extension that cannot be used must not be left behind. */
async function createExtension(session: Runner, place: string): Promise<void> {
  await session`begin`;
  try {
    // Our own views in a schema of the same name would stand in its way.
    await dropInformation(session);
    await session`create extension if not exists timescaledb`;
    await refuseUnfit(session, place);
    await session`commit`;
  } catch (error) {
    await session`rollback`;
    throw error;
  }
}

const lost = (place: string): GordonError =>
  new GordonError({
    code: 'timescale-missing',
    subject: place,
    message: 'this database was made with TimescaleDB, and the extension is gone.',
  });
