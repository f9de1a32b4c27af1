import { useState } from 'preact/hooks';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { call } from '../lib/client.ts';
import { count, duration, moment, percent, plural, rangeText, words } from '../lib/format.ts';
import { Badge, Dialog, Failure, Progress, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href } from '../lib/router.ts';
import { isActive } from './active.ts';

type Job = Answer<'getJob'>;

interface Props {
  readonly id: string;
  /** the job is no longer what the list says */
  changed(): void;
}

export function JobView({ id, changed }: Props) {
  const polled = usePoll(
    id,
    (signal) => call('getJob', { signal, params: { id } }),
    (job) => (job && !isActive(job) ? 30_000 : 700),
  );
  const [asking, setAsking] = useState(false);
  return (
    <section class="card" aria-label="The chosen job">
      <Waiting polled={polled} what="the job">
        {(job) => (
          <>
            <div class="bar">
              <h2>{`${job.source} ${job.symbols.join(', ')}`}</h2>
              <Badge status={job.status} />
              {isActive(job) && (
                <button type="button" class="danger" onClick={() => setAsking(true)}>
                  Cancel the job
                </button>
              )}
              <a class="button" href={href('jobs')}>
                Close
              </a>
            </div>
            <Facts job={job} />
            <Failures job={job} />
            <Gaps job={job} />
            <Chunks job={job} />
          </>
        )}
      </Waiting>
      {asking && (
        <CancelDialog
          id={id}
          close={() => {
            setAsking(false);
            polled.refresh();
            changed();
          }}
        />
      )}
    </section>
  );
}

const Facts = ({ job }: { readonly job: Job }) => (
  <>
    <p class="progress-line" aria-live="polite">
      <Progress share={job.progress} label="Progress of the job" />
      {percent(job.progress)}
      {job.phase && ` ${job.phase}`}
    </p>
    {job.reason && <p class="notice">{job.reason}</p>}
    <dl class="facts">
      <dt>Range</dt>
      <dd>{`${rangeText(job.from, job.to)}, ${job.timeframe}`}</dd>
      <dt>Rows written</dt>
      <dd>{count(job.rows_fetched)}</dd>
      {job.quote && (
        <>
          <dt>Rows expected</dt>
          <dd>{count(job.quote.rows)}</dd>
        </>
      )}
      <dt>Rows a second</dt>
      <dd>{job.rows_per_second === null ? '–' : count(job.rows_per_second)}</dd>
      <dt>Time left</dt>
      <dd>{isActive(job) ? duration(job.seconds_left) : '–'}</dd>
      <dt>Wave</dt>
      <dd>{job.wave}</dd>
      <dt>Started</dt>
      <dd>{moment(job.started_at)}</dd>
      <dt>Ended</dt>
      <dd>{moment(job.finished_at)}</dd>
      {job.skipped.length > 0 && (
        <>
          <dt>Left out</dt>
          <dd>{`${job.skipped.join(', ')}: not listed there`}</dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        <code>{job.id}</code>
      </dd>
    </dl>
  </>
);

const Failures = ({ job }: { readonly job: Job }) =>
  job.failures.length === 0 ? null : (
    <div class="notice bad">
      <h3>{plural(job.failures.length, 'chunk')} failed</h3>
      <ul>
        {job.failures.map(({ chunk, code, message }) => (
          <li key={chunk}>
            <b>{chunk}</b>: {message} <code>{code}</code>
          </li>
        ))}
      </ul>
    </div>
  );

/** What the job left without rows: proven to have none, or still missing. */
const Gaps = ({ job: { gaps } }: { readonly job: Job }) =>
  !gaps || gaps.length === 0 ? null : (
    <details>
      <summary>{`${plural(gaps.length, 'span')} without rows`}</summary>
      <ul class="notes">
        {gaps.map((gap) => (
          <li key={`${gap.source} ${gap.symbol} ${gap.from}`} class={gap.proven ? 'empty' : 'missing'}>
            {`${gap.source} ${gap.symbol} ${gap.timeframe}, ${rangeText(gap.from, gap.to)}: ${words(gap.cause)}`}
            {gap.proven ? ', proven' : `, ${plural(gap.rows, 'row')} missing`}
            {gap.error && <small>{gap.error}</small>}
          </li>
        ))}
      </ul>
    </details>
  );

/** As many as a reader can use; the counts above the list are of all. */
const SHOWN = 200;

function Chunks({ job: { chunks, chunk_counts: counts } }: { readonly job: Job }) {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  if (all === 0) return null;
  return (
    <details open={all <= 24}>
      <summary>
        {`${plural(all, 'chunk')}: ${Object.entries(counts)
          .map(([state, n]) => `${n} ${state}`)
          .join(', ')}`}
      </summary>
      <ul class="chunks">
        {chunks.slice(0, SHOWN).map((chunk) => (
          <li key={chunk.chunk} class={chunk.state}>
            <span>{chunk.chunk}</span>
            <span class="dim">
              {`${chunk.state}, ${percent(chunk.progress)}, ${plural(chunk.rows, 'row')}`}
              {chunk.resumes_at && `, goes on at ${moment(chunk.resumes_at)}`}
            </span>
          </li>
        ))}
      </ul>
      {all > SHOWN && <p class="dim">{`The first ${SHOWN} are shown.`}</p>}
    </details>
  );
}

function CancelDialog({ id, close }: { readonly id: string; readonly close: () => void }) {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: Error }>({ busy: false });
  const cancel = async (): Promise<void> => {
    setState({ busy: true });
    try {
      await call('cancelJob', { params: { id } });
      close();
    } catch (error) {
      setState({ busy: false, error: error as Error });
    }
  };
  return (
    <Dialog title="Cancel this job?" close={close}>
      <p>It stops after the page in hand. What it has written stays and is never fetched again.</p>
      {state.error && <Failure error={state.error} />}
      <p class="actions">
        <button type="button" class="danger" disabled={state.busy} onClick={() => void cancel()}>
          {state.busy ? 'Cancelling…' : 'Cancel the job'}
        </button>
        <button type="button" onClick={close}>
          Let it run
        </button>
      </p>
    </Dialog>
  );
}
