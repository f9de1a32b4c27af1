import type { CheckResult } from '../../core/probe/run-checks.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

/**
 * Keeps the results of a probe in `market_data.probes`. A check that could not be made leaves the older judgement as it is.
 * @param sql a session of `gordon_writer`
 * @param isOwn whether the check was made at the venue's own addresses
 * @returns how many checks were kept
 */
export function saveProbes(
  sql: Sql,
  results: readonly CheckResult[],
  isOwn: (result: CheckResult) => boolean,
): Promise<number> {
  const rows = results
    .filter(({ outcome }) => outcome !== 'unknown')
    .map((result) => {
      const { check, outcome, details, at } = result;
      const { id, venue, proves, sources } = check;
      return {
        id,
        venue,
        sources,
        proves,
        outcome,
        details,
        own: isOwn(result),
        at: new Date(at).toISOString(),
      };
    });
  return guarded('the probes', async () => {
    await sql`
      insert into market_data.probes as was
        (check_id, venue, sources, proves, outcome, details, own_address, probed_at, held_at)
      select id, venue, sources, proves, outcome, details, own, at, case outcome when 'holds' then at end
      from jsonb_to_recordset(${sql.json(rows as never)}) as one
        (id text, venue text, sources text[], proves text, outcome text, details text[], own boolean, at timestamptz)
      on conflict (check_id) do update set
        venue = excluded.venue, sources = excluded.sources, proves = excluded.proves, outcome = excluded.outcome,
        details = excluded.details, own_address = excluded.own_address, probed_at = excluded.probed_at,
        held_at = coalesce(excluded.held_at, case when was.own_address = excluded.own_address then was.held_at end)`;
    return rows.length;
  });
}
