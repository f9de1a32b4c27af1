import { GordonError } from '../../../functions/core/errors/errors.ts';
import type { Requester } from '../../../functions/core/ledger/ports.ts';
import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import {
  intersect,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import { accountedIn } from './ledger.ts';
import type { Book, MemoryWarehouse, OpenRequest } from './warehouse.ts';

/** A job that has not ended by then is dead, and what it requested stays requested. */
const KEEP = 7 * DAY;

/** A request that ends this close to now also follows the series. */
const PRESENT = 2 * DAY;

/**
 * Adds a range to what is requested of a series. A series that was unfollowed after the job was ordered stays as it is.
 * @throws GordonError `database-refused` when the range ends before it starts
 */
export function request(book: Book, range: Range, now: number, by?: Requester): void {
  if (range.start > range.end) throw backwards(book.series);
  const old = book.record;
  const { unfollowedAt, ...record } = old ?? { requested: [], followed: false };
  const orderedAt = by?.orderedAt ?? Number.NEGATIVE_INFINITY;
  if (unfollowedAt !== undefined && unfollowedAt > orderedAt) return;
  const wanted = normalize([range]);
  const follows = range.end > now - PRESENT;
  if (by) {
    const added = subtract(wanted, record.requested);
    const began = follows && !record.followed;
    const before = book.open.get(by.jobId);
    setOpen(book, by.jobId, {
      ...(before ?? { requestedAt: now }),
      jobId: by.jobId,
      wanted: union(before?.wanted ?? [], wanted),
      added: union(before?.added ?? [], added),
      follows: follows || (before?.follows ?? false),
      beganFollowing: began || (before?.beganFollowing ?? false),
    });
  }
  book.record = {
    ...record,
    requested: union(record.requested, wanted),
    followed: record.followed || follows,
    since: record.since ?? now,
  };
}

const backwards = (series: Series): GordonError =>
  new GordonError({
    name: 'PermanentError',
    code: 'database-refused',
    subject: seriesLabel(series),
    message: 'the beginning of the range lies after its end.',
  });

/** Reduces what is requested to what has rows or is proven empty. A new order follows the series again. */
export function unfollow(book: Book, now: number): void {
  book.open = new Map();
  if (!book.record) return;
  const requested = intersect(book.record.requested, accountedIn(book));
  book.record = { ...book.record, requested, followed: false, unfollowedAt: now };
}

const setOpen = (book: Book, jobId: string, open: OpenRequest): void => {
  book.open = new Map(book.open).set(jobId, open);
};

const dropOpen = (book: Book, jobId: string): void => {
  book.open = new Map([...book.open].filter(([id]) => id !== jobId));
};

const othersOf = (book: Book, jobId: string): OpenRequest[] =>
  [...book.open.values()].filter((other) => other.jobId !== jobId && other.withdrawn === undefined);

/** Makes the requests of a job that has ended permanent: no other job's cancellation withdraws them. */
export function settleRequests(warehouse: MemoryWarehouse, jobId: string, now: number): void {
  for (const book of warehouse.books()) {
    const mine = book.open.get(jobId);
    if (mine) {
      for (const other of othersOf(book, jobId)) {
        const added = subtract(other.added, mine.wanted);
        const beganFollowing = other.beganFollowing && !mine.follows;
        setOpen(book, other.jobId, { ...other, added, beganFollowing });
      }
      dropOpen(book, jobId);
    }
    for (const { jobId: id, requestedAt } of book.open.values()) {
      if (requestedAt < now - KEEP) dropOpen(book, id);
    }
  }
}

/** Withdraws what only this job requested. What another running job wants too passes on to that job. Idempotent. */
export function withdraw(warehouse: MemoryWarehouse, jobId: string): void {
  for (const book of warehouse.books()) {
    const mine = book.open.get(jobId);
    if (!mine) continue;
    if (mine.added.length === 0 && !mine.beganFollowing) {
      setOpen(book, jobId, { ...mine, withdrawn: mine.withdrawn ?? [] });
      continue;
    }
    const heirs = othersOf(book, jobId);
    const inherited: RangeSet = normalize(heirs.flatMap(({ wanted }) => wanted));
    for (const heir of heirs) {
      const added = union(heir.added, intersect(mine.added, heir.wanted));
      const beganFollowing = heir.beganFollowing || (mine.beganFollowing && heir.follows);
      setOpen(book, heir.jobId, { ...heir, added, beganFollowing });
    }
    const gone = subtract(mine.added, union(inherited, accountedIn(book)));
    const unfollows = mine.beganFollowing && !heirs.some(({ follows }) => follows);
    if (book.record) {
      const requested = subtract(book.record.requested, gone);
      book.record = { ...book.record, requested, followed: book.record.followed && !unfollows };
    }
    const withdrawn = union(mine.withdrawn ?? [], gone);
    setOpen(book, jobId, { ...mine, added: [], beganFollowing: false, withdrawn });
  }
}

/** Withdraws at the end of a cancelled job. What it still fetched after the cancellation stays requested. */
export function endWithdrawn(warehouse: MemoryWarehouse, jobId: string): void {
  for (const book of warehouse.books()) {
    const mine = book.open.get(jobId);
    if (!mine?.withdrawn) continue;
    dropOpen(book, jobId);
    if (!book.record) continue;
    const came = intersect(mine.withdrawn ?? [], accountedIn(book));
    book.record = { ...book.record, requested: union(book.record.requested, came) };
  }
}
