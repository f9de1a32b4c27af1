import { type JobOrigin, orderedWord, originOf } from '../../../functions/core/jobs/job.ts';
import { count, moment, percent, plural, rangeText } from '../lib/format.ts';
import { Badge, Progress } from '../lib/parts.tsx';
import { href } from '../lib/router.ts';
import { type Entry, isActive, type JobSummary } from './list.ts';

interface Props {
  readonly entries: readonly Entry[];
  readonly chosen: string | undefined;
  /** of the address: a job is opened beside the same list */
  readonly query: Readonly<Record<string, string>>;
}

/** Jobs, newest first: lines of a table where there is room, cards on a phone. */
export const JobTable = ({ entries, chosen, query }: Props) => (
  <ul class="jobs" aria-label="Jobs, newest first">
    {entries.map((entry) =>
      entry.kind === 'job' ? (
        <JobLine key={entry.job.id} job={entry.job} chosen={chosen} query={query} />
      ) : (
        <li key={entry.hour}>
          <details>
            <summary>
              {`${entry.hour.replace('T', ' ')}:00, ${plural(entry.jobs.length, 'run')} of schedules, all succeeded, ${plural(entry.rows, 'row')}`}
            </summary>
            <ul class="jobs">
              {entry.jobs.map((job) => (
                <JobLine key={job.id} job={job} chosen={chosen} query={query} />
              ))}
            </ul>
          </details>
        </li>
      ),
    )}
  </ul>
);

interface LineProps extends Omit<Props, 'entries'> {
  readonly job: JobSummary;
}

const ORIGINS: Readonly<Record<JobOrigin, string>> = {
  order: 'you',
  schedule: 'schedule',
  audit: 'audit',
};

function JobLine({ job, chosen, query }: LineProps) {
  const { symbols } = job;
  const more = symbols.length > 3 ? ` and ${symbols.length - 3} more` : '';
  return (
    <li>
      <a
        class="job"
        href={href('jobs', [job.id], query)}
        aria-current={job.id === chosen ? 'true' : undefined}
      >
        <Badge status={job.status} />
        <b>{`${orderedWord(job)} ${symbols.slice(0, 3).join(', ')}${more}`}</b>
        <span>{`${rangeText(job.from, job.to)}, ${job.timeframe}`}</span>
        {isActive(job) ? (
          <span class="progress-line">
            <Progress share={job.progress} label={`Progress of the job for ${job.source}`} />
            {percent(job.progress)}
          </span>
        ) : (
          <span class="dim">{`ended ${moment(job.finished_at)}`}</span>
        )}
        <span class="n">{`${count(job.rows_fetched)} rows`}</span>
        <span class="dim">{ORIGINS[originOf(job)]}</span>
      </a>
    </li>
  );
}
