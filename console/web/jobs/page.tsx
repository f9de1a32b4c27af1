import { call } from '../lib/client.ts';
import { count, moment, percent, rangeText } from '../lib/format.ts';
import { Badge, Empty, Progress, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href } from '../lib/router.ts';
import { isActive } from './active.ts';
import { JobView } from './job.tsx';
import { StartDialog } from './start.tsx';

type Jobs = Awaited<ReturnType<typeof call<'listJobs'>>>;

const BUSY_MS = 1_000;
const IDLE_MS = 5_000;

const go = (...rest: readonly string[]): void => {
  location.hash = href('jobs', rest);
};

/** @param id of the job to show; `new` opens the dialog that starts one */
export function JobsPage({ id }: { readonly id: string | undefined }) {
  const polled = usePoll(
    'jobs',
    (signal) => call('listJobs', { signal, query: { status: 'all', limit: 50 } }),
    (jobs) => (jobs?.some(isActive) ? BUSY_MS : IDLE_MS),
  );
  return (
    <>
      <div class="bar">
        <h1>Jobs</h1>
        <a class="button primary" href={href('jobs', ['new'])}>
          Start a job
        </a>
      </div>
      {id !== undefined && id !== 'new' && <JobView key={id} id={id} changed={polled.refresh} />}
      <Waiting polled={polled} what="the jobs">
        {(jobs) =>
          jobs.length === 0 ? (
            <Empty title="No jobs yet">
              <p>A job fetches what is missing of some series and ends by itself.</p>
            </Empty>
          ) : (
            <JobList jobs={jobs} chosen={id} />
          )
        }
      </Waiting>
      {id === 'new' && (
        <StartDialog
          close={() => go()}
          started={(job) => {
            polled.refresh();
            go(job);
          }}
        />
      )}
    </>
  );
}

const JobList = ({ jobs, chosen }: { readonly jobs: Jobs; readonly chosen: string | undefined }) => (
  <ul class="jobs" aria-label="Jobs, newest first">
    {jobs.map((job) => (
      <li key={job.id}>
        <a href={href('jobs', [job.id])} aria-current={job.id === chosen ? 'true' : undefined}>
          <Badge status={job.status} />
          <b>{`${job.source} ${job.symbols.slice(0, 3).join(', ')}${job.symbols.length > 3 ? ` and ${job.symbols.length - 3} more` : ''}`}</b>
          <span>{`${rangeText(job.from, job.to)}, ${job.timeframe}`}</span>
          {isActive(job) ? (
            <span class="progress-line">
              <Progress share={job.progress} label={`Progress of the job for ${job.source}`} />
              {percent(job.progress)}
            </span>
          ) : (
            <span class="dim">{`ended ${moment(job.finished_at)}`}</span>
          )}
          <span class="dim">{`${count(job.rows_fetched)} rows`}</span>
        </a>
      </li>
    ))}
  </ul>
);
