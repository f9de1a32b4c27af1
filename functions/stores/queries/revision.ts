import type { RowsRequest } from '../../core/queries/ports.ts';
import type { Fragment } from '../postgres/fragments.ts';
import type { Sql } from '../postgres/postgres.ts';

/** @see CoverageQueries.revision */
export async function revision(
  sql: Sql,
  requests: readonly RowsRequest[],
  sources: readonly string[],
): Promise<string> {
  const words = await Promise.all(requests.map((request) => one(sql, request, sources)));
  return words.join(' ');
}

/**
 * The spans of the ledger within the range, what was deleted and not counted yet, how many transactions inserted or changed rows of the table by
 * hand, and the last refresh of an aggregate.
 */
async function one(sql: Sql, { table, where, from, to }: RowsRequest, sources: readonly string[]) {
  const range = sql`tstzrange(${from === undefined ? null : new Date(from)}, ${to === undefined ? null : new Date(to)})`;
  const series = ['symbol', 'timeframe'].flatMap((name) =>
    where[name] === undefined ? [] : [sql`${sql(name)} = ${where[name]}`],
  );
  const within = (span: Fragment) =>
    [sql`source in ${sql([...sources])}`, sql`${span} && ${range}`, ...series].reduce(
      (all, part) => sql`${all} and ${part}`,
    );
  const [found] = await sql<{ word: string }[]>`
    select concat_ws('.',
      (select count(*) || '-' || coalesce(bit_xor(hashtextextended(c::text, 0)), 0) from market_data.coverage c where ${within(sql`c.span`)}),
      (select count(*) || '-' || coalesce(max(id), 0) from market_data.recounts r where ${within(sql`range_merge(r.days)`)}),
      (select sum(changes) from market_data.hand_changes where table_name = ${table.name}),
      (select extract(epoch from last_refresh) from market_data.aggregate_status where name = ${table.name})) as word`;
  return found!.word;
}
