import type { DailyVolumes } from '../../core/orders/dated-symbols.ts';
import { type TableSpec, timeColumn } from '../../core/series/table.ts';
import { quoted, tableName } from '../copy/copy.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';

/** @param sql a session that reads; @param tables of a source of candles, whose table has `quote_volume` */
export const createDailyVolumes = (sql: Sql, tables: (source: string) => TableSpec): DailyVolumes => ({
  of: (source, symbols, day) =>
    guarded(`daily candles of ${source}`, async () => {
      const table = tables(source);
      const at = new Date(day);
      const rows = await sql<{ symbol: string; volume: number }[]>`
        select s.symbol, coalesce(k.quote_volume, 0)::float8 as volume
        from jsonb_array_elements_text(${sql.json([...symbols])}) s (symbol)
        left join ${sql.unsafe(tableName(table))} k
          on k.symbol = s.symbol collate "C" and k.timeframe = '1d' and k.${sql.unsafe(quoted(timeColumn(table)))} = ${at}
        where k.symbol is not null or exists (
          select from market_data.coverage c
          where c.source = ${source} and c.symbol = s.symbol collate "C" and c.timeframe = '1d' and c.state = 'empty'
            and c.span @> ${at}::timestamptz)`;
      return new Map(rows.map(({ symbol, volume }) => [symbol, volume]));
    }),
});
