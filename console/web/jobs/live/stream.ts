import type { JobSummary } from '../list.ts';

/** What a stream needs of the browser's `EventSource`. */
export interface Events {
  readonly readyState: number;
  addEventListener(name: string, heard: (event: { readonly data?: string }) => void): void;
  close(): void;
}

export interface StreamOptions {
  readonly open: () => Events;
  readonly after: (ms: number, then: () => void) => () => void;
  /** jobs as they are now: the newest ones when the stream begins, then each that changes */
  heard(jobs: readonly JobSummary[]): void;
  /** whether changes are pushed; while they are not, the page polls */
  live(is: boolean): void;
}

/** As the browser has it: the answer was not a stream, so it does not try again. */
const CLOSED = 2;

/** A deployment on AWS has no streams, and a host too many listeners: tries again ever more rarely. */
const [FIRST_MS, LONGEST_MS] = [60_000, 960_000];

/** Listens to changes of jobs. A connection that breaks is mended by the browser, which names the last event that it got. */
export function listenToJobs({ open, after, heard, live }: StreamOptions): () => void {
  let events: Events | undefined;
  let cancel = (): void => {};
  let pause = FIRST_MS;
  const start = (): void => {
    const current = open();
    events = current;
    current.addEventListener('open', () => {
      pause = FIRST_MS;
      live(true);
    });
    current.addEventListener('jobs', ({ data }) => heard(JSON.parse(data!) as JobSummary[]));
    current.addEventListener('job', ({ data }) => heard([JSON.parse(data!) as JobSummary]));
    current.addEventListener('error', () => {
      live(false);
      if (current.readyState !== CLOSED) return;
      cancel = after(pause, start);
      pause = Math.min(pause * 2, LONGEST_MS);
    });
  };
  start();
  return () => {
    cancel();
    events?.close();
    live(false);
  };
}
