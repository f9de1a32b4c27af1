import { useEffect, useRef } from 'preact/hooks';
import { call } from '../lib/client.ts';
import { plural } from '../lib/format.ts';
import { Empty, Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import { href, type Place, replaceQuery } from '../lib/router.ts';
import { Filters } from './filters.tsx';
import { JobView } from './job.tsx';
import {
  apiQueryOf,
  entriesOf,
  hasActive,
  type JobSummary,
  type JobsPlace,
  jobsPlaceFrom,
  jobsQueryOf,
  matchesJob,
  runsNow,
  withChanges,
} from './list.ts';
import { useJobStream } from './live/use-stream.ts';
import { StartDialog } from './start.tsx';
import { JobTable } from './table.tsx';

const BUSY_MS = 1_000;
const IDLE_MS = 5_000;
/** While the host sends changes by itself. */
const LIVE_MS = 60_000;
const PAGE = 50;

/** The job of the address is shown above the list; `new` opens the dialog that starts one. */
export function JobsPage({ place: address }: { readonly place: Place }) {
  const [id] = address.rest;
  const place = jobsPlaceFrom(address.query);
  const { status, source, origin, pages } = place;
  const { live, changes } = useJobStream();
  const polled = usePoll(
    `jobs ${origin} ${status} ${source} ${pages}`,
    (signal) => listJobs(place, signal),
    (data) => (live ? LIVE_MS : hasActive(data?.jobs) ? BUSY_MS : IDLE_MS),
  );
  // Without a stream nothing else says what changes.
  const wasLive = useRef(false);
  useEffect(() => {
    if (wasLive.current && !live) polled.refresh();
    wasLive.current = live;
  }, [live]);
  const go = (...rest: readonly string[]): void => {
    location.hash = href('jobs', rest, jobsQueryOf(place));
  };
  const set = (part: Partial<JobsPlace>): void =>
    replaceQuery(address, jobsQueryOf({ ...place, pages: 1, ...part }));
  return (
    <>
      <div class="bar">
        <h1>Jobs</h1>
        <a class="button primary" href={href('jobs', ['new'])}>
          Start a job
        </a>
        <Filters place={place} set={set} />
      </div>
      {id !== undefined && id !== 'new' && (
        <JobView
          key={id}
          id={id}
          live={live}
          latest={changes.get(id)}
          changed={polled.refresh}
          open={go}
          back={href('jobs', [], jobsQueryOf(place))}
        />
      )}
      <Waiting polled={polled} what="the jobs">
        {({ jobs, more }) => (
          <Listed
            jobs={withChanges(jobs, changes, place, more)}
            more={more}
            place={place}
            chosen={id}
            loadMore={() => set({ pages: pages + 1 })}
          />
        )}
      </Waiting>
      {id === 'new' && (
        <StartDialog
          given={address.query}
          close={() => go()}
          started={(job) => {
            polled.refresh();
            location.hash = href('jobs', [job]);
          }}
        />
      )}
    </>
  );
}

interface ListedProps {
  readonly jobs: readonly JobSummary[];
  readonly more: boolean;
  readonly place: JobsPlace;
  readonly chosen: string | undefined;
  loadMore(): void;
}

function Listed({ jobs, more, place, chosen, loadMore }: ListedProps) {
  const shown = jobs.filter((job) => matchesJob(job, place));
  return (
    <>
      {place.origin === 'usual' && (
        <p class="dim">
          {`Schedules: ${plural(jobs.filter(runsNow).length, 'run')} at work. `}
          <a href={href('jobs', [], jobsQueryOf({ ...place, origin: 'schedules' }))}>All their runs</a>
        </p>
      )}
      {shown.length > 0 ? (
        <JobTable entries={entriesOf(shown)} chosen={chosen} query={jobsQueryOf(place)} />
      ) : (
        <Empty
          title={jobs.length === 0 && !place.status && !place.source ? 'No jobs yet' : 'No such jobs here'}
        >
          <p>A job fetches what is missing of some series and ends by itself.</p>
        </Empty>
      )}
      {more && (
        <p class="actions">
          <button type="button" onClick={loadMore}>
            Older jobs
          </button>
        </p>
      )}
    </>
  );
}

/** So many pages of the API, the newest jobs first. */
async function listJobs(place: JobsPlace, signal: AbortSignal) {
  const jobs: JobSummary[] = [];
  for (let page = 0; page < place.pages; page++) {
    const last = jobs.at(-1);
    const found = await call('listJobs', {
      signal,
      query: { ...apiQueryOf(place), ...(last && { cursor: last.id }), limit: PAGE },
    });
    jobs.push(...found);
    if (found.length < PAGE) return { jobs, more: false };
  }
  return { jobs, more: true };
}
