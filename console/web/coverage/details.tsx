import { call } from '../lib/client.ts';
import { iso, moment, plural, rangeText, words } from '../lib/format.ts';
import { Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href } from '../lib/router.ts';
import { type Cell, holesOf, type Row, runAt } from './grid.ts';
import { countsOf } from './words.ts';

interface Props {
  readonly row: Row;
  readonly cell: Cell;
  fill(): void;
}

/** The chosen cell: its counts, and the ledger's evidence for them. */
export function Details({ row, cell, fill }: Props) {
  const { source, symbol, timeframe } = row;
  const run = runAt(row.runs, cell.start);
  const ledger = usePoll(
    `${source} ${symbol} ${timeframe} ${cell.start} ${cell.end}`,
    (signal) =>
      call('ledger', {
        signal,
        query: {
          source,
          symbol,
          timeframe: timeframe as '1m',
          from: iso(cell.start),
          to: iso(cell.end),
          limit: 20,
        },
      }),
    () => 10_000,
  );
  return (
    <section class="card" aria-label="Details of the chosen time">
      <h2>
        {symbol} <span class="dim">{`${source} ${timeframe}`}</span>
      </h2>
      <p>
        <b>{rangeText(cell.start, cell.end)}</b>: {run ? countsOf(run) : 'never requested'}
      </p>
      <p class="actions">
        {run && holesOf(run) > 0 && (
          <button type="button" class="primary" onClick={fill}>
            Fill this hole
          </button>
        )}
        <a class="button" href={href('series', [source, symbol, timeframe], { to: iso(cell.end) })}>
          See the series
        </a>
      </p>
      <h3>Evidence</h3>
      <Waiting polled={ledger} what="the evidence">
        {(spans) =>
          spans.length === 0 ? (
            <p class="dim">The ledger has nothing about this time.</p>
          ) : (
            <Spans spans={spans} />
          )
        }
      </Waiting>
    </section>
  );
}

type LedgerSpans = Awaited<ReturnType<typeof call<'ledger'>>>;

const Spans = ({ spans }: { readonly spans: LedgerSpans }) => (
  <ul class="evidence">
    {spans.map((span) => (
      <li key={`${span.from} ${span.chunk}`}>
        <b>{span.state}</b>
        {span.reason && ` (${words(span.reason)})`} {rangeText(span.from, span.to)}
        {span.rows > 0 && `, ${plural(span.rows, 'row')}`}
        <small>
          {span.object && <code>{span.object}</code>}
          {span.sha256 && (
            <>
              {' SHA-256 '}
              <code title={span.sha256}>{span.sha256.slice(0, 12)}…</code>
            </>
          )}
          {` at ${moment(span.fetched_at)} by `}
          <a href={href('jobs', [span.job_id])}>job {span.job_id.slice(-6)}</a>
        </small>
        {span.evidence.map((request, i) => (
          <small key={i}>
            <code>{Object.values(request as object).join(' · ')}</code>
          </small>
        ))}
      </li>
    ))}
  </ul>
);
