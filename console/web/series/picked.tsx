import type { ComponentChildren } from 'preact';
import { call } from '../lib/client.ts';
import { words } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { type Report, type Source, usualPick } from './data.ts';

interface Props {
  readonly report: Report;
  readonly source: Source;
  /** what the address has */
  readonly pick: string;
  set(pick: string): void;
  /** @param match undefined: the series has one row at each instant */
  readonly children: (match: string | undefined) => ComponentChildren;
}

/** Rows in which the values that can be picked are looked for: an hour of a chain of options has about a thousand. */
const LOOKED_AT = 3_000;

/** Lets a reader pick one of the rows that a series has at each instant, such as an option of a chain. */
export function Picked({ report, source, pick, set, children }: Props) {
  const [column] = source.dimensions;
  const { symbol, timeframe } = report;
  const rows = usePoll(
    `picks ${source.id} ${symbol} ${column}`,
    async (signal) =>
      column === undefined
        ? []
        : call('rows', {
            signal,
            params: { table: source.table },
            query: {
              source: source.id,
              symbol,
              timeframe: timeframe as '1m',
              columns: column,
              limit: LOOKED_AT,
            },
          }),
    () => 300_000,
  );
  if (column === undefined) return <>{children(undefined)}</>;
  return (
    <Waiting polled={rows} what="what can be picked">
      {(data) => {
        const all = data.map((row) => String(row[column]));
        const values = [...new Set(all)].sort();
        const picked = pick || usualPick(all);
        if (picked === undefined) return <Empty title="No rows here" />;
        return (
          <>
            <div class="bar">
              <label>
                {`${words(column)} `}
                <select value={picked} onChange={(event) => set(event.currentTarget.value)}>
                  {[...new Set([picked, ...values])].map((value) => (
                    <option key={value}>{value}</option>
                  ))}
                </select>
              </label>
            </div>
            {children(`${column}=${picked}`)}
          </>
        );
      }}
    </Waiting>
  );
}
