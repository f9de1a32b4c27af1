import type { Page } from '../ledger/coverage.ts';
import { type Clock, SECOND } from '../time/time.ts';

/** From this many rows on, the cost of the transaction itself is negligible. */
const ENOUGH_ROWS = 10_000;

/** The most work that is lost with a worker, and the longest that a cancelled job goes on. */
const LONGEST = 5 * SECOND;

/**
 * Puts the pages of small archive objects together, for one commit: a day of five-minute rows is 288 of them, and costs as
 * much to commit as a month. A page that cost a rate-limited request goes on at once, with what was held
 * before it. What came before a failure goes on too, and then the failure.
 */
export async function* batchPages(pages: AsyncIterable<Page>, clock: Clock): AsyncGenerator<readonly Page[]> {
  let held: Page[] = [];
  let rows = 0;
  let since = 0;
  const take = (): readonly Page[] => {
    const taken = held;
    held = [];
    rows = 0;
    return taken;
  };
  try {
    for await (const page of pages) {
      if (held.length === 0) since = clock();
      held.push(page);
      rows += page.rows.length;
      const ofObject = page.sha256 !== undefined;
      if (!ofObject || rows >= ENOUGH_ROWS || Math.abs(clock() - since) >= LONGEST) yield take();
    }
  } catch (error) {
    if (held.length > 0) yield take();
    throw error;
  }
  if (held.length > 0) yield take();
}
