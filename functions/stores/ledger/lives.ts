import type { LivesDue } from '../../core/ledger/ports.ts';
import type { Series } from '../../core/series/series.ts';
import { type Listing, livesOf } from '../../core/series/source.ts';
import type { Range } from '../../core/time/range.ts';
import { ofSeries, rangePairs, toMultirange } from '../postgres/fragments.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

type Kept = Listing & { readonly lookedAt: number };

interface Row {
  readonly lives: readonly (readonly [start: number, end: number | null])[];
  readonly evidence: { readonly byObjects?: boolean; readonly asked?: Listing['evidence'] } | null;
  readonly looked: Date | null;
}

const EVER = '{(,)}';

/**
 * The lives of a symbol with their evidence; undefined: none are known. `lookedAt` is `-Infinity` where they were never checked completely.
 */
export async function listingIn(sql: Sql, series: Series): Promise<Kept | undefined> {
  const [row] = await sql<Row[]>`
    select listed_at, lives_evidence as evidence, lives_looked_at as looked,
      ${rangePairs(sql, sql`lives`)} as lives
    from market_data.series where ${ofSeries(sql, series)}`;
  const lives = (row?.lives ?? []).map(
    ([start, end]): Range => ({ start, end: end ?? Number.POSITIVE_INFINITY }),
  );
  const [first] = lives;
  if (!row || !first) return undefined;
  const { end } = lives.at(-1)!;
  return {
    listedAt: first.start,
    ...(end !== Number.POSITIVE_INFINITY && { delistedAt: end }),
    ...(lives.length > 1 && { lives }),
    ...(row.evidence?.byObjects && { byObjects: true }),
    ...(row.evidence?.asked && { evidence: row.evidence.asked }),
    lookedAt: row.looked?.getTime() ?? Number.NEGATIVE_INFINITY,
  };
}

/** Stores lives and removes contradicted proofs in one transaction, so that readers see the new lives with the proofs that remain. */
export async function saveListing(
  sql: Sql,
  series: Series,
  listing: Listing,
  lookedAt?: number,
): Promise<void> {
  const { source, symbol, timeframe } = series;
  const { listedAt, delistedAt, byObjects, evidence = [] } = listing;
  const now = toMultirange(livesOf(listing));
  await sql.begin(async (tx) => {
    const [before] = await tx<{ lives: string | null }[]>`
      select lives::text from market_data.series where ${ofSeries(tx, series)} for update`;
    await tx`
      insert into market_data.series
        (source, symbol, timeframe, listed_at, delisted_at, lives, lives_evidence, lives_looked_at)
      values (${source}, ${symbol}, ${timeframe}, ${new Date(listedAt)},
        ${delistedAt === undefined ? null : new Date(delistedAt)}, ${now}::text::tstzmultirange,
        ${tx.json({ byObjects: byObjects ?? false, asked: evidence } as never)},
        ${lookedAt === undefined ? null : new Date(lookedAt)})
      on conflict (source, symbol, timeframe) do update set listed_at = excluded.listed_at, delisted_at = excluded.delisted_at,
        lives = excluded.lives, lives_evidence = excluded.lives_evidence, lives_looked_at = excluded.lives_looked_at`;
    // Only where the old and the new lives differ: the other proofs are as good as before. While no life was known, any time could be in one.
    await tx`
      delete from market_data.coverage c
      using (select ${before?.lives ?? EVER}::text::tstzmultirange as before, ${now}::text::tstzmultirange as now) l
      where ${ofSeries(tx, series)} and state = 'empty' and (
        (reason in ('pre-listing', 'delisted') and span && (l.now - l.before))
        or (reason in ('venue-outage', 'not-published', 'source-expired') and span && (l.before - l.now)))`;
  });
}

/** The lives of a series `s` were last checked before `before`, or before a venue's list of instruments changed. */
const isStale = (sql: Sql, before: number) => sql`
  lives_looked_at is null or lives_looked_at < ${new Date(before)}
    or lives_looked_at < (select max(since) from market_data.instruments i where i.symbol = s.symbol)`;

/** @param sql a session that reads */
export const createLivesDue = (sql: Sql): LivesDue => ({
  due: (before, most, unclear = before) =>
    guarded('the lives of symbols', async () => {
      const due = await sql<Series[]>`
        select source, symbol, timeframe from market_data.series s
        where listed_at is not null and (${isStale(sql, before)}
          or (delisted_at is null and lives_looked_at < ${new Date(unclear)} and (
            select bool_and(upper(i.status) <> 'TRADING') from market_data.instruments i
            where i.symbol = s.symbol and i.until is null)))
        order by lives_looked_at nulls first limit ${most}`;
      return [...due];
    }),

  isDue: (series, before) =>
    guarded(`the lives of ${series.symbol}`, async () => {
      const [row] = await sql`
        select 1 from market_data.series s
        where ${ofSeries(sql, series)} and listed_at is not null and (${isStale(sql, before)})`;
      return row !== undefined;
    }),
});
