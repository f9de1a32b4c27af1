import type { Instruments } from '../../core/series/universe.ts';
import { type Clock, isoOrNull } from '../../core/time/time.ts';
import { takeLocks } from '../postgres/locks.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

/** @param sql a session of `gordon_writer` */
export function createInstruments(sql: Sql, clock: Clock): Instruments {
  return {
    async note({ venue, market }, listed) {
      const rows = listed.map(({ symbol, quote, status, listedAt, delistedAt }) => ({
        symbol,
        quote,
        status,
        listed_at: isoOrNull(listedAt),
        delisted_at: isoOrNull(delistedAt),
      }));
      const now = new Date(clock());
      return guarded(`instruments of ${venue}`, () =>
        sql.begin(async (tx) => {
          // Two runs at once would both close the same rows.
          await takeLocks(tx, 'instruments', [`${venue} ${market}`]);
          const added = await tx`
            with latest as (
              select * from jsonb_to_recordset(${tx.json(rows)})
                as t (symbol text, quote text, status text, listed_at timestamptz, delisted_at timestamptz)
              union all
              select symbol, quote, 'gone', listed_at, delisted_at from market_data.instruments i
              where venue = ${venue} and market = ${market} and until is null
                and not exists (select 1 from jsonb_to_recordset(${tx.json(rows)}) as t (symbol text) where t.symbol = i.symbol)),
            changed as (
              select t.* from latest t left join market_data.instruments i
                on i.venue = ${venue} and i.market = ${market} and i.until is null and i.symbol = t.symbol collate "C"
              where (t.quote, t.status, t.listed_at, t.delisted_at)
                is distinct from (i.quote, i.status, i.listed_at, i.delisted_at)),
            closed as (
              update market_data.instruments i set until = ${now} from changed c
              where i.venue = ${venue} and i.market = ${market} and i.until is null and i.symbol = c.symbol collate "C")
            select * from changed`;
          // A separate statement: the index of current rows must see the former ones closed.
          await tx`
            insert into market_data.instruments (venue, market, symbol, quote, status, listed_at, delisted_at, since)
            select ${venue}, ${market}, symbol, quote, status, listed_at, delisted_at, ${now}
            from jsonb_to_recordset(${tx.json([...added] as never)})
              as t (symbol text, quote text, status text, listed_at timestamptz, delisted_at timestamptz)
            -- The state of no time gives way to the one that was seen at the same instant.
            on conflict (venue, market, symbol, since) do update set quote = excluded.quote, status = excluded.status,
              listed_at = excluded.listed_at, delisted_at = excluded.delisted_at, until = null`;
          return added.length;
        }),
      );
    },
  };
}
