import { useEffect, useState } from 'preact/hooks';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { orderedWord } from '../../../functions/core/jobs/job.ts';
import { call } from '../lib/client.ts';
import { count, duration, moment, percent, plural, rangeText, words } from '../lib/format.ts';
import { Badge, Dialog, Failure, Progress, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { Again } from './again.tsx';
import { Chunks } from './chunks.tsx';
import { Failures } from './failures.tsx';
import { isActive, type JobSummary } from './list.ts';
import { JobTimeline } from './timeline/timeline.tsx';

type Job = Answer<'getJob'>;

interface Props {
  readonly id: string;
  /** whether the host sends changes by itself */
  readonly live: boolean;
  /** what it last sent of this job */
  readonly latest: JobSummary | undefined;
  /** the job is no longer what the list says */
  changed(): void;
  /** shows another job */
  open(id: string): void;
  /** the address of the list */
  readonly back: string;
}

export function JobView({ id, live, latest, changed, open, back }: Props) {
  const polled = usePoll(
    id,
    (signal) => call('getJob', { signal, params: { id } }),
    (job) => (job && !isActive(job) ? 30_000 : live ? 10_000 : 700),
  );
  useEffect(() => {
    if (latest) polled.refresh();
  }, [latest]);
  const [asking, setAsking] = useState(false);
  return (
    <section class="card" aria-label="The chosen job">
      <Waiting polled={polled} what="the job">
        {(job) => (
          <>
            <div class="bar">
              <h2>{`${orderedWord(job)} ${job.symbols.join(', ')}`}</h2>
              <Badge status={job.status} />
              {isActive(job) && (
                <button type="button" class="danger" onClick={() => setAsking(true)}>
                  Cancel the job
                </button>
              )}
              <a class="button" href={back}>
                Close
              </a>
            </div>
            <Failures job={job} />
            {!isActive(job) && <Again job={job} started={open} />}
            <Facts job={job} />
            <Gaps job={job} />
            <JobTimeline job={job} />
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
