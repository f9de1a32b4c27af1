/** What an event is about, as one number: its kind, whose turn it was when it was entered, and which lane or job. */
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
const COPY_SLOTS = 2 ** 20;

export const encode = (kind: number, place: number, turn = 0): number =>
  (turn * KINDS + kind) * COPY_SLOTS + place;
export const placeOf = (what: number): number => what % COPY_SLOTS;
export const kindOf = (what: number): number => Math.floor(what / COPY_SLOTS) % KINDS;
export const turnOf = (what: number): number => Math.floor(what / COPY_SLOTS / KINDS);

/** A lane of a job at work on one chunk. Times are seconds of the run. */
export interface Slot {
  readonly place: number;
  readonly job: number;
  /** -1: none */
  chunk: number;
  shard: number;
  address: number;
  /** the archive was read */
  filed: boolean;
  /** not yet read */
  pages: number;
  /** of the page at hand */
  rowsInHand: number;
  pagesInHand: number;
  /** when the map item began, its first call, and the call at work */
  child: number;
  since: number;
  begun: number;
  calling: boolean;
  /** in the database's queue; -1: not there */
  ticket: number;
  entered: number;
  lambdaTries: number;
  storeTries: number;
  /** what was entered in an earlier turn is void */
  turn: number;
}

export const emptySlot = (place: number, job: number): Slot => ({
  place,
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

/** A lane begins with a chunk; whatever was entered about the last one is void. */
export function takeUp(slot: Slot, chunk: number, child: number): void {
  slot.chunk = chunk;
  slot.child = child;
  slot.since = -1;
  slot.lambdaTries = 0;
  slot.storeTries = 0;
  slot.turn += 1;
}
