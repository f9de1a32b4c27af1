import type { LivesDue } from '../../core/ledger/ports.ts';
import type { Series } from '../../core/series/series.ts';
import { type Listing, livesOf } from '../../core/series/source.ts';
import type { Range, RangeSet } from '../../core/time/range.ts';
import { iso } from '../../core/time/time.ts';
import { type Sql, storeError } from '../postgres/postgres.ts';

type Kept = Listing & { readonly lookedAt: number };

interface Row {
  readonly lives: readonly (readonly [start: number, end: number | null])[];
  readonly evidence: { readonly byObjects?: boolean; readonly asked?: Listing['evidence'] } | null;
  readonly looked: Date | null;
}

export async function listingIn(sql: Sql, series: Series): Promise<Kept | undefined> {
  const [row] = await sql<Row[]>`
    select listed_at, lives_evidence as evidence, lives_looked_at as looked,
      (select coalesce(jsonb_agg(jsonb_build_array(
        extract(epoch from lower(r)) * 1000, extract(epoch from upper(r)) * 1000) order by r), '[]') from unnest(lives) r) as lives
    from market_data.series
    where source = ${series.source} and symbol = ${series.symbol} and timeframe = ${series.timeframe}`;
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

const multirange = (lives: RangeSet): string =>
  `{${lives.map(({ start, end }) => `[${iso(start)},${end === Number.POSITIVE_INFINITY ? '' : iso(end)})`).join(',')}}`;

/** In one transaction: whoever reads the ledger sees the new lives together with the old proofs that remain. */
export async function saveListing(
  sql: Sql,
  series: Series,
  listing: Listing,
  lookedAt?: number,
): Promise<void> {
  const { source, symbol, timeframe } = series;
  const { listedAt, delistedAt, byObjects, evidence = [] } = listing;
  const now = multirange(livesOf(listing));
  await sql.begin(async (tx) => {
    const [before] = await tx<{ lives: string | null }[]>`
      select lives::text from market_data.series
      where source = ${source} and symbol = ${symbol} and timeframe = ${timeframe} for update`;
    await tx`
      insert into market_data.series
        (source, symbol, timeframe, listed_at, delisted_at, lives, lives_evidence, lives_looked_at)
      values (${source}, ${symbol}, ${timeframe}, ${new Date(listedAt)},
        ${delistedAt === undefined ? null : new Date(delistedAt)}, ${now}::text::tstzmultirange,
        ${tx.json({ byObjects: byObjects ?? false, asked: evidence } as never)},
        ${lookedAt === undefined ? null : new Date(lookedAt)})
      on conflict (source, symbol, timeframe) do update set listed_at = excluded.listed_at, delisted_at = excluded.delisted_at,
        lives = excluded.lives, lives_evidence = excluded.lives_evidence, lives_looked_at = excluded.lives_looked_at`;
    if (!before?.lives) return;
    // Only where the old and the new lives differ: the other proofs are as good as before.
    await tx`
      delete from market_data.coverage c
      using (select ${before.lives}::text::tstzmultirange as before, ${now}::text::tstzmultirange as now) l
      where source = ${source} and symbol = ${symbol} and timeframe = ${timeframe} and state = 'empty' and (
        (reason in ('pre-listing', 'delisted') and span && (l.now - l.before))
        or (reason in ('venue-outage', 'not-published', 'source-expired') and span && (l.before - l.now)))`;
  });
}

/** @param sql a session that reads */
export const createLivesDue = (sql: Sql): LivesDue => ({
  async due(before, most, unclear = before) {
    try {
      return await sql<Series[]>`
        select source, symbol, timeframe from market_data.series s
        where listed_at is not null and (lives_looked_at is null or lives_looked_at < ${new Date(before)}
          or lives_looked_at < (select max(since) from market_data.instruments i where i.symbol = s.symbol)
          or (delisted_at is null and lives_looked_at < ${new Date(unclear)} and (
            select bool_and(upper(i.status) <> 'TRADING') from market_data.instruments i
            where i.symbol = s.symbol and i.until is null)))
        order by lives_looked_at nulls first limit ${most}`;
    } catch (error) {
      throw storeError(error, 'the lives of symbols');
    }
  },
  async isDue({ source, symbol, timeframe }, before) {
    try {
      const [row] = await sql`
        select 1 from market_data.series s
        where source = ${source} and symbol = ${symbol} and timeframe = ${timeframe} and listed_at is not null
          and (lives_looked_at is null or lives_looked_at < ${new Date(before)}
            or lives_looked_at < (select max(since) from market_data.instruments i where i.symbol = s.symbol))`;
      return row !== undefined;
    } catch (error) {
      throw storeError(error, `the lives of ${symbol}`);
    }
  },
});
