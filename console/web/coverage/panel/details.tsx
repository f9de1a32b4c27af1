import { call } from '../../lib/client.ts';
import { iso, rangeText } from '../../lib/format.ts';
import { Waiting } from '../../lib/parts.tsx';
import { usePoll } from '../../lib/poll.ts';
import { href } from '../../lib/router.ts';
import { type Cell, holesOf, runAt } from '../grid.ts';
import type { Line } from '../overview.ts';
import { countsOf } from '../words.ts';
import { Actions } from './actions.tsx';
import { type LedgerSpan, proofsOf, sentenceOf } from './evidence.ts';

interface Props {
  readonly row: Line;
  readonly cell: Cell;
  fill(): void;
  close(): void;
  /** rows or orders of the series are no longer what the map shows */
  changed(): void;
}

/** The chosen cell: its counts, the ledger's evidence for them, and what can be done about the series. */
export function Details({ row, cell, fill, close, changed }: Props) {
  const { source, symbol, timeframe } = row;
  const run = runAt(row.runs, cell.start);
  const counts = run ? countsOf(run) : 'never requested';
  const ledger = usePoll(
    // The evidence is requested again as soon as the map has other counts: both agree.
    `${source} ${symbol} ${timeframe} ${cell.start} ${cell.end} ${counts}`,
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
    <section class="card panel" aria-label="Details of the chosen time">
      <div class="bar">
        <h2>
          {symbol} <span class="dim">{`${source} ${timeframe}`}</span>
        </h2>
        <button type="button" class="plain" aria-label="Close the details" onClick={close}>
          ✕
        </button>
      </div>
      <p>
        <b>{rangeText(cell.start, cell.end)}</b>: {counts}
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
            <ul class="evidence">
              {spans.map((span) => (
                <Span key={`${span.from} ${span.chunk}`} span={span} />
              ))}
            </ul>
          )
        }
      </Waiting>
      <Actions row={row} changed={changed} />
    </section>
  );
}

const Span = ({ span }: { readonly span: LedgerSpan }) => (
  <li class={span.state}>
    {`${sentenceOf(span)}, by `}
    <a href={href('jobs', [span.job_id])}>job {span.job_id.slice(-6)}</a>.
    {span.sha256 && (
      <small>
        SHA-256 <code title={span.sha256}>{`${span.sha256.slice(0, 16)}…`}</code>
      </small>
    )}
    {proofsOf(span).map((proof) => (
      <small key={proof}>
        <code>{proof}</code>
      </small>
    ))}
  </li>
);
