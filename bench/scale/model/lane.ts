/** The kinds of events. An event is one number: its kind, a lane or job, and the lane's turn when it was scheduled. */
export const KIND = {
  plan: 0,
  planned: 1,
  call: 2,
  step: 3,
  arrive: 4,
  timeout: 5,
  expire: 6,
  record: 7,
} as const;
const KINDS = 8;
/** Lanes, and jobs, that a run can have. */
const MOST = 2 ** 20;

export const encode = (kind: number, index: number, turn = 0): number => (turn * KINDS + kind) * MOST + index;
export const indexOf = (what: number): number => what % MOST;
export const kindOf = (what: number): number => Math.floor(what / MOST) % KINDS;
export const turnOf = (what: number): number => Math.floor(what / MOST / KINDS);

/** A lane of a job at work on one chunk. Times are seconds of the run. */
export interface Lane {
  readonly index: number;
  readonly job: number;
  /** -1: none */
  chunk: number;
  shard: number;
  address: number;
  /** the archive was read */
  filed: boolean;
  /** not read yet */
  pages: number;
  /** of the current page */
  rowsInHand: number;
  pagesInHand: number;
  /** when the map item, its first call and its current call began */
  child: number;
  since: number;
  begun: number;
  calling: boolean;
  /** in the database's queue; -1: none */
  ticket: number;
  entered: number;
  lambdaTries: number;
  storeTries: number;
  /** events of an earlier turn are void */
  turn: number;
}

export const createLane = (index: number, job: number): Lane => ({
  index,
  job,
  chunk: -1,
  shard: 0,
  address: 0,
  filed: false,
  pages: 0,
  rowsInHand: 0,
  pagesInHand: 0,
  child: 0,
  since: -1,
  begun: 0,
  calling: false,
  ticket: -1,
  entered: 0,
  lambdaTries: 0,
  storeTries: 0,
  turn: 0,
});

/** A lane begins with a chunk. Events of the last one are void. */
export function beginChunk(lane: Lane, chunk: number, child: number): void {
  lane.chunk = chunk;
  lane.child = child;
  lane.since = -1;
  lane.lambdaTries = 0;
  lane.storeTries = 0;
  lane.turn += 1;
}
