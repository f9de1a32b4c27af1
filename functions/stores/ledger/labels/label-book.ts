import type { LabelBook, LabelRule } from '../../../core/series/labels.ts';
import { iso } from '../../../core/time/time.ts';
import { bounds, epochMs } from '../../postgres/fragments.ts';
import { guarded, type Runner, type Sql } from '../../postgres/postgres.ts';

/** The exceptions from the label rules, in `market_data.label_rules`. @param sql a session of `gordon_writer` */
export function createLabelBook(sql: Sql, clock: () => number): LabelBook {
  return {
    labelRules: (dataset, symbol) =>
      guarded(`labels of ${symbol}`, async () => {
        const rows = await sql<
          { start: number | null; end: number | null; shiftMs: number; held: boolean }[]
        >`
          select ${bounds(sql, sql`files`)}, ${epochMs(sql, sql`shift`)} as "shiftMs", held
          from market_data.label_rules where dataset = ${dataset} and symbol = ${symbol} order by id`;
        return rows.map(({ start, end, ...rule }) => ({
          start: start ?? Number.NEGATIVE_INFINITY,
          end: end ?? Number.POSITIVE_INFINITY,
          ...rule,
        }));
      }),

    labelsChecked: (dataset, symbol) =>
      guarded(`labels of ${symbol}`, async () => {
        const [row] = await sql<{ day: Date }[]>`
          select day from market_data.label_checks where dataset = ${dataset} and symbol = ${symbol}`;
        return row?.day.getTime();
      }),

    noteLabels: (dataset, symbol, { day, verdicts, hold }) =>
      guarded(`labels of ${symbol}`, () =>
        sql.begin(async (tx) => {
          await tx`
            insert into market_data.label_checks (dataset, symbol, day, verdicts, checked_at)
            values (${dataset}, ${symbol}, ${new Date(day)}, ${tx.json(verdicts as never)}, ${new Date(clock())})
            on conflict (dataset, symbol)
            do update set day = excluded.day, verdicts = excluded.verdicts, checked_at = excluded.checked_at`;
          if (hold) await addLabelRule(tx, dataset, symbol, hold.rule, hold.why, clock());
        }),
      ),
  };
}

/** Adds an exception from a source's label rule. Later ones take precedence. @param why shown to operators */
export async function addLabelRule(
  tx: Runner,
  dataset: string,
  symbol: string,
  { start, end, shiftMs, held }: LabelRule,
  why: string,
  now: number,
): Promise<void> {
  const bound = (at: number): string | null => (Number.isFinite(at) ? iso(at) : null);
  await tx`
    insert into market_data.label_rules (dataset, symbol, files, shift, held, why, decided_at)
    values (${dataset}, ${symbol}, tstzrange(${bound(start)}::timestamptz, ${bound(end)}::timestamptz),
      make_interval(secs => ${shiftMs / 1000}::float8), ${held}, ${why}, ${new Date(now)})`;
}
