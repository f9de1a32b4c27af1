import { GordonError } from '../../core/errors/errors.ts';
import type { Runner } from '../postgres/postgres.ts';

/** The key in `market_data.meta` of a database that is being restored: its tables are there and its rows are not. */
export const RESTORING = 'restoring';

/** Whether a restore into this database began and has not ended. */
export async function isRestoring(sql: Runner): Promise<boolean> {
  const [row] = await sql`select 1 from market_data.meta where key = ${RESTORING}`;
  return row !== undefined;
}

/** @throws GordonError `restore-unfinished` for a database that a restore has not filled */
export async function refuseHalf(session: Runner, place: string): Promise<void> {
  const [made] = await session<
    { made: boolean }[]
  >`select to_regclass('market_data.meta') is not null as made`;
  if (!made?.made || !(await isRestoring(session))) return;
  throw new GordonError({
    code: 'restore-unfinished',
    subject: place,
    message: 'a restore into it did not come to its end, so it has no rows.',
  });
}
