import type { Range } from '../../../functions/core/time/range.ts';
import { DAY, floorTo, HOUR } from '../../../functions/core/time/time.ts';
import type { Book, MemoryWarehouse, Span } from './warehouse.ts';

/** While a job runs, its rows are counted by its spans. No job runs longer than this. */
const SETTLED_AFTER = 7 * DAY;

/** Fetchers that were at work when a job was cancelled still count its rows for this long. */
const CLOSED_FOR = HOUR;

/**
 * Joins touching spans of one UTC day once their jobs ended more than an hour ago, hour by hour; spans of a job whose end was
 * never recorded are joined after a week. Spans of archive objects stay as they are.
 * @returns whether there were any
 */
export function joinOldSpans(
  { closedJobs }: MemoryWarehouse,
  book: Book,
  range: Range,
  now: number,
): boolean {
  const until = Math.min(range.end, floorTo(now - CLOSED_FOR, HOUR));
  const isOld = (span: Span): boolean => {
    if (span.state !== 'have' || span.sha256 !== null) return false;
    if (span.start < range.start || span.start >= until) return false;
    const closedAt = closedJobs.get(span.jobId) ?? Number.POSITIVE_INFINITY;
    const recent = now - CLOSED_FOR;
    return span.fetchedAt < now - SETTLED_AFTER || (span.fetchedAt < recent && closedAt < recent);
  };
  const old = book.spans.filter(isOld).sort((a, b) => a.start - b.start);
  let joined = false;
  for (const ofDay of Map.groupBy(old, ({ start }) => floorTo(start, DAY)).values()) {
    const islands: Span[][] = [];
    for (const span of ofDay) {
      if (islands.at(-1)?.at(-1)?.end === span.start) islands.at(-1)!.push(span);
      else islands.push([span]);
    }
    // A single pair is not worth a write: it waits for a third span.
    if (ofDay.length - islands.length < 2) continue;
    for (const island of islands) if (island.length > 1) join(book, island);
    joined = true;
  }
  return joined;
}

function join(book: Book, island: readonly Span[]): void {
  const first = island.reduce((a, b) => (a.id < b.id ? a : b));
  const pages = island.reduce((sum, { object }) => sum + 1 + Number(MORE.exec(object ?? '')?.[1] ?? 0), 0);
  const joined: Span = {
    ...first,
    start: island[0]!.start,
    end: Math.max(...island.map(({ end }) => end)),
    rows: island.reduce((sum, { rows }) => sum + rows, 0),
    fetchedAt: Math.max(...island.map(({ fetchedAt }) => fetchedAt)),
    object: `${(first.object ?? '').replace(MORE, '')} and ${pages - 1} more`,
  };
  const gone = new Set(island);
  book.spans = [...book.spans.filter((span) => !gone.has(span)), joined];
}

const MORE = / and ([0-9]+) more$/;
