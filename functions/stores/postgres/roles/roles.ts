import { GordonError } from '../../../core/errors/errors.ts';
import type { Runner } from '../postgres.ts';

/** Since 16 a member may not have the right to take the role; before, every member had it. */
const MAY_TAKE = `pg_has_role(session_user, to_regrole(name),
  CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)`;

/**
 * Creates what the migrations need and no table can hold: the two roles, the login's right to take them, and the writer's right
 * to create temporary tables (for the staging table of a page that meets rows without an account). Roles belong to the cluster
 * and rights to the database, so a copy or a restored database does not have them. Hence every run of the migrator does this, and no
 * migration does. What exists stays as it is, and needs no right of its own. Another database's migration may create the
 * roles at this very moment, so "exists already" is not a failure in either of its forms.
 */
export const ROLES = `
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['gordon_writer', 'gordon_reader'] LOOP
    BEGIN
      IF to_regrole(name) IS NULL THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
      NULL; -- what is missing is looked for afterwards, all of it at once
    END;
    BEGIN
      -- since 16 a login that creates a role may grant it to itself, and must
      IF NOT ${MAY_TAKE} THEN
        EXECUTE format('GRANT %I TO %I', name, session_user);
      END IF;
    EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
      NULL;
    END;
  END LOOP;
  IF NOT has_database_privilege(coalesce(to_regrole('gordon_writer')::oid, 0), current_database(), 'TEMPORARY') THEN
    BEGIN
      EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO gordon_writer', current_database());
    EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
      NULL;
    END;
  END IF;
END
$$`;

const LACKING = `
WITH roles AS (
  SELECT name, n, to_regrole(name) IS NULL AS missing, coalesce(${MAY_TAKE}, false) AS granted
  FROM unnest(ARRAY['gordon_writer', 'gordon_reader']) WITH ORDINALITY AS r (name, n))
SELECT string_agg(statement, ' ' ORDER BY step, n) AS statements FROM (
  SELECT 1 AS step, n, format('CREATE ROLE %I NOLOGIN;', name) AS statement FROM roles WHERE missing
  UNION ALL
  SELECT 2, 0, format('GRANT %s TO %I;', string_agg(name, ', ' ORDER BY n), session_user)
  FROM roles WHERE NOT granted HAVING count(*) > 0
  UNION ALL
  SELECT 3, 0, format('GRANT TEMPORARY ON DATABASE %I TO gordon_writer;', current_database())
  WHERE NOT has_database_privilege(coalesce(to_regrole('gordon_writer')::oid, 0), current_database(), 'TEMPORARY')
) needed`;

/** The statements that the two roles still need, for a user who may run them; null: none. */
export async function lackingRoles(session: Runner): Promise<string | null> {
  const [lacking] = await session.unsafe<{ statements: string | null }[]>(LACKING);
  return lacking?.statements ?? null;
}

/** @throws GordonError `roles-missing`, whose remedy is the statements that another user has to run */
export async function prepareRoles(session: Runner, place: string): Promise<void> {
  await session.unsafe(ROLES);
  const lacking = await lackingRoles(session);
  if (!lacking) return;
  throw new GordonError({
    code: 'roles-missing',
    subject: place,
    message: 'the roles gordon_writer and gordon_reader are not ready, and this login may not make them so.',
    remedy:
      `An administrator of the server (for a GRANT also who made the role) runs \`${lacking}\` ` +
      'in this database; then migrate again.',
  });
}
