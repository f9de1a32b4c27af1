import { useEffect, useState } from 'preact/hooks';
import { addressOf } from '../../../../functions/routes.ts';
import type { JobSummary } from '../list.ts';
import { listenToJobs } from './stream.ts';

export interface LiveJobs {
  /** whether the host sends changes by itself */
  readonly live: boolean;
  /** what it has sent, by id */
  readonly changes: ReadonlyMap<string, JobSummary>;
}

const NONE: LiveJobs = { live: false, changes: new Map() };

/** Changes of jobs as a host sends them, while somebody sees the page: a browser opens few connections to a host. */
export function useJobStream(): LiveJobs {
  const [state, setState] = useState(NONE);
  useEffect(() => {
    const open = () => new EventSource(addressOf('listJobs', {}, { status: 'all', limit: 50 }).path);
    const after = (ms: number, then: () => void) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    };
    const listen = () =>
      listenToJobs({
        open,
        after,
        heard: (jobs) =>
          setState(({ live, changes }) => ({
            live,
            changes: new Map([...changes, ...jobs.map((job) => [job.id, job] as const)]),
          })),
        // What came before a break may be old by now.
        live: (live) => setState((before) => (live ? { ...before, live } : NONE)),
      });
    let stop: (() => void) | undefined;
    const follow = (): void => {
      if (!document.hidden) stop ??= listen();
      else if (stop) {
        stop();
        stop = undefined;
      }
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => {
      document.removeEventListener('visibilitychange', follow);
      stop?.();
    };
  }, []);
  return state;
}
