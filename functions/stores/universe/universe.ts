import type {
  KnownLife,
  MarketState,
  Rename,
  UniverseReader,
  UniverseStore,
} from '../../core/listing/dated/market.ts';
import type { Range } from '../../core/time/range.ts';
import { isoOrNull } from '../../core/time/time.ts';
import { rangePairs } from '../postgres/fragments.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

const SUBJECT = 'the dated universe';

interface Row extends Omit<KnownLife, 'listedAt' | 'delistedAt' | 'lookedAt'> {
  readonly listed_at: Date;
  readonly delisted_at: Date | null;
  readonly looked_at: Date;
}

/** @param sql a session that reads */
export const createUniverseReader = (sql: Sql): UniverseReader => ({
  find: ({ at, venue, contract, quote, base, symbol }) =>
    guarded(SUBJECT, async () => {
      const rows = await sql<Row[]>`
        select venue, contract, symbol, base, quote, listed_at, delisted_at, evidence, looked_at from market_data.universe
        where true
          ${at === undefined ? sql`` : sql`and valid @> ${new Date(at)}::timestamptz`}
          ${venue === undefined ? sql`` : sql`and venue = ${venue}`}
          ${contract === undefined ? sql`` : sql`and contract = ${contract}`}
          ${quote === undefined ? sql`` : sql`and quote = ${quote}`}
          ${base === undefined ? sql`` : sql`and base = ${base}`}
          ${symbol === undefined ? sql`` : sql`and symbol = ${symbol}`}
        order by venue, contract, symbol, listed_at`;
      return rows.map(
        ({ listed_at, delisted_at, looked_at, ...life }): KnownLife => ({
          ...life,
          listedAt: listed_at.getTime(),
          ...(delisted_at && { delistedAt: delisted_at.getTime() }),
          lookedAt: looked_at.getTime(),
        }),
      );
    }),

  renames: () =>
    guarded(SUBJECT, async () => {
      const rows = await sql<(Omit<Rename, 'endedAt' | 'beganAt' | 'ratio'> & RenameRow)[]>`
        select venue, contract, symbol, successor, ratio::float8 as ratio, ended_at, began_at, certainty, evidence
        from market_data.renames order by venue, contract, symbol, successor`;
      return rows.map(({ ended_at, began_at, ratio, ...link }) => ({
        ...link,
        ratio: ratio ?? undefined,
        endedAt: ended_at?.getTime(),
        beganAt: began_at?.getTime(),
      }));
    }),

  states: () =>
    guarded(SUBJECT, async () => {
      const rows = await sql<(Omit<MarketState, 'completedAt'> & { completed_at: Date })[]>`
        select venue, market, symbols, failed, completed_at from market_data.universe_markets order by venue, market`;
      return rows.map(({ completed_at, ...state }) => ({ ...state, completedAt: completed_at.getTime() }));
    }),
});

interface RenameRow {
  readonly ratio: number | null;
  readonly ended_at: Date | null;
  readonly began_at: Date | null;
}

/** @param sql a session of `gordon_writer` */
export const createUniverseStore = (sql: Sql): UniverseStore => ({
  ...createUniverseReader(sql),

  lives: (sources) =>
    guarded(SUBJECT, async () => {
      // Series of one symbol have the same lives; those of the shortest grid have the most exact ones.
      const rows = await sql<{ symbol: string; lives: [number, number | null][] }[]>`
        select distinct on (symbol) symbol, ${rangePairs(sql, sql`lives`)} as lives from market_data.series
        where source in ${sql([...sources])} and lives is not null and lives_looked_at is not null
          and not coalesce((lives_evidence->>'byObjects')::boolean, false)
        order by symbol, timeframe = '1m' desc, lives_looked_at desc`;
      const open = Number.POSITIVE_INFINITY;
      return new Map(
        rows.map(({ symbol, lives }) => [
          symbol,
          lives.map(([start, end]): Range => ({ start, end: end ?? open })),
        ]),
      );
    }),

  seen: (venue, market) =>
    guarded(SUBJECT, async () => {
      const rows = await sql<{ symbol: string; since: Date }[]>`
        select symbol, since from (
          select symbol, min(since) as since, min(min(since)) over () as began from market_data.instruments
          where venue = ${venue} and market = ${market} group by symbol) s
        where since > began`;
      return new Map(rows.map(({ symbol, since }) => [symbol, since.getTime()]));
    }),

  save: (symbols, lives, at) =>
    guarded(SUBJECT, async () => {
      const gone = symbols.map(({ venue, contract, symbol }) => ({ venue, contract, symbol }));
      const rows = lives.map(({ listedAt, delistedAt, ...life }) => ({
        ...life,
        listed_at: isoOrNull(listedAt),
        delisted_at: isoOrNull(delistedAt),
      }));
      await sql.begin(async (tx) => {
        await tx`
          delete from market_data.universe u
          using jsonb_to_recordset(${tx.json(gone)}) as g (venue text, contract text, symbol text)
          where (u.venue, u.contract, u.symbol) = (g.venue collate "C", g.contract collate "C", g.symbol collate "C")`;
        await tx`
          insert into market_data.universe (venue, contract, symbol, listed_at, delisted_at, base, quote, evidence, looked_at)
          select venue, contract, symbol, listed_at, delisted_at, base, quote, evidence, ${new Date(at)}
          from jsonb_to_recordset(${tx.json(rows as never)}) as t
            (venue text, contract text, symbol text, listed_at timestamptz, delisted_at timestamptz, base text, quote text, evidence jsonb)`;
      });
    }),

  complete: ({ venue, market, symbols, failed, completedAt }) =>
    guarded(SUBJECT, async () => {
      await sql`
        insert into market_data.universe_markets (venue, market, symbols, failed, completed_at)
        values (${venue}, ${market}, ${symbols}, ${failed}, ${new Date(completedAt)})
        on conflict (venue, market) do update set symbols = excluded.symbols, failed = excluded.failed,
          completed_at = excluded.completed_at`;
    }),

  saveRenames: (venue, renames) =>
    guarded(SUBJECT, async () => {
      const rows = renames.map(({ ratio, endedAt, beganAt, ...link }) => ({
        ...link,
        ratio: ratio ?? null,
        ended_at: isoOrNull(endedAt),
        began_at: isoOrNull(beganAt),
      }));
      await sql.begin(async (tx) => {
        await tx`delete from market_data.renames where venue = ${venue}`;
        await tx`
          insert into market_data.renames (venue, contract, symbol, successor, ratio, ended_at, began_at, certainty, evidence)
          select venue, contract, symbol, successor, ratio, ended_at, began_at, certainty, evidence
          from jsonb_to_recordset(${tx.json(rows as never)}) as t
            (venue text, contract text, symbol text, successor text, ratio numeric, ended_at timestamptz, began_at timestamptz,
             certainty text, evidence text)`;
      });
    }),
});
