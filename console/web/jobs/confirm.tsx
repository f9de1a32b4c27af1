import { useState } from 'preact/hooks';
import { type Answer, call } from '../lib/client.ts';
import { count, rangeText } from '../lib/format.ts';
import { Failure, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { type Order, quoteOf } from './order.ts';

interface Props {
  readonly order: Order;
  readonly sources: Answer<'listSources'>;
  back(): void;
  close(): void;
  started(jobId: string): void;
}

/** What the order would fetch; then orders it. */
export function Confirm({ order, sources, back, close, started }: Props) {
  const { source, from, to } = order;
  const coverage = usePoll(
    JSON.stringify(order),
    (signal) => call('coverage', { signal, query: { source, from, to, bucket: 'day' } }),
    () => 60_000,
  );
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: Error }>({ busy: false });
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
      <dl class="facts">
        <dt>What</dt>
        <dd>{`${source}${order.timeframe ? ` ${order.timeframe}` : ''}: ${order.symbols?.join(', ') ?? 'the usual symbols'}`}</dd>
        <dt>Time (UTC)</dt>
        <dd>{rangeText(from, to)}</dd>
      </dl>
      <Waiting polled={coverage} what="what is there already">
        {(known) => {
          const { series, steps, done, events } = quoteOf(order, sources, known);
          return (
            <dl class="facts">
              <dt>Series</dt>
              <dd>{count(series)}</dd>
              <dt>There already</dt>
              <dd>{`${count(Math.min(done, steps))} of ${count(steps)} steps`}</dd>
              <dt>To fetch</dt>
              <dd>
                <b>{`at most ${count(Math.max(0, steps - done))} ${events ? 'steps' : 'rows'}`}</b>
              </dd>
            </dl>
          );
        }}
      </Waiting>
      {state.error && <Failure error={state.error} />}
      <p class="actions">
        <button type="button" class="primary" disabled={state.busy} onClick={() => void start()}>
          {state.busy ? 'Starting…' : 'Start the job'}
        </button>
        <button type="button" onClick={back}>
          Back
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </>
  );
}
