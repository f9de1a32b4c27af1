import { useState } from 'preact/hooks';
import { call } from '../lib/client.ts';
import { count, iso, rangeText } from '../lib/format.ts';
import { Dialog, Failure } from '../lib/parts.tsx';
import type { Row, Span } from './grid.ts';

interface Props {
  readonly row: Row;
  readonly hole: Span;
  /** rows that lack in it */
  readonly missing: number;
  close(): void;
  started(jobId: string): void;
}

/** Confirms once more, then orders the job that fills a hole. */
export function FillDialog({ row, hole, missing, close, started }: Props) {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: Error }>({ busy: false });
  const [key] = useState(() => crypto.randomUUID());
  const { source, symbol, timeframe } = row;
  const start = async (): Promise<void> => {
    setState({ busy: true });
    try {
      const job = await call('createJob', {
        body: { source, symbols: [symbol], timeframe, from: iso(hole.from), to: iso(hole.to) },
        // A second click, or a retry after a lost answer, must not order it twice.
        headers: { 'idempotency-key': key },
      });
      started(job.id);
    } catch (error) {
      setState({ busy: false, error: error as Error });
    }
  };
  return (
    <Dialog title="Fill this hole?" close={close}>
      <dl class="facts">
        <dt>Series</dt>
        <dd>{`${source} ${symbol} ${timeframe}`}</dd>
        <dt>Time (UTC)</dt>
        <dd>{rangeText(hole.from, hole.to)}</dd>
        <dt>Rows missing</dt>
        <dd>{count(missing)}</dd>
      </dl>
      <p class="dim">A job fetches exactly what is missing; what is there is not fetched again.</p>
      {state.error && <Failure error={state.error} />}
      <p class="actions">
        <button type="button" class="primary" disabled={state.busy} onClick={() => void start()}>
          {state.busy ? 'Starting…' : 'Start the job'}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}
