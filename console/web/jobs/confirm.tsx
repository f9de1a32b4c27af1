import { useState } from 'preact/hooks';
import type { Plan } from '../../../functions/core/api/jobs/schemas.ts';
import { call, plan } from '../lib/client.ts';
import { count, duration, plural, rangeText } from '../lib/format.ts';
import { Failure, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import type { Order } from './order.ts';

interface Props {
  readonly order: Order;
  /** to what was typed; absent: nothing was */
  readonly back?: () => void;
  close(): void;
  started(jobId: string): void;
}

/** What the order would take; then orders it. */
export function Confirm({ order, back, close, started }: Props) {
  const planned = usePoll(
    JSON.stringify(order),
    (signal) => plan(order, signal),
    () => 60_000,
  );
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: Error }>({ busy: false });
  // A second click, or a retry after a lost answer, must not order it twice.
  const [key] = useState(() => crypto.randomUUID());
  const start = async (): Promise<void> => {
    setState({ busy: true });
    try {
      const job = await call('createJob', { body: order, headers: { 'idempotency-key': key } });
      started(job.id);
    } catch (error) {
      setState({ busy: false, error: error as Error });
    }
  };
  return (
    <>
      <Waiting polled={planned} what="what it would take">
        {(data) => <Quote plan={data} />}
      </Waiting>
      {state.error && <Failure error={state.error} />}
      <p class="actions">
        <button
          type="button"
          class="primary"
          disabled={state.busy || planned.data === undefined}
          onClick={() => void start()}
        >
          {state.busy ? 'Starting…' : 'Start the job'}
        </button>
        {back && (
          <button type="button" onClick={back}>
            Back
          </button>
        )}
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </>
  );
}

function Quote({ plan: { source, symbols, skipped, timeframe, from, to, quote } }: { readonly plan: Plan }) {
  const requests = quote.requests.map(({ family, requests: n }) => `${count(n)} to ${family}`);
  return (
    <>
      <dl class="facts">
        <dt>What</dt>
        <dd>{`${source} ${symbols.join(', ')}, ${timeframe}`}</dd>
        <dt>Time (UTC)</dt>
        <dd>{rangeText(from, to)}</dd>
        <dt>To fetch</dt>
        <dd>
          <b>{plural(quote.rows, 'row')}</b>
          {`, in ${plural(quote.chunks, 'chunk')} of ${plural(quote.series, 'series', 'series')}`}
        </dd>
        <dt>Requests</dt>
        <dd>{requests.join(', ') || 'none'}</dd>
        <dt>Takes about</dt>
        <dd>{duration(quote.seconds)}</dd>
        <dt>On AWS</dt>
        <dd>
          {Object.entries(quote.usd)
            .map(([region, usd]) => `${usd.toFixed(usd < 0.01 ? 4 : 2)} USD in ${region}`)
            .join(', ')}
        </dd>
      </dl>
      {skipped.length > 0 && (
        <p class="notice">{`Left out, for it is not listed there: ${skipped.join(', ')}`}</p>
      )}
      {quote.rows === 0 && <p class="notice">All of it is there: the job would only count the rows again.</p>}
    </>
  );
}
