import { MOST_ROWS } from '../../../../functions/core/queries/ports.ts';
import type { Rows } from '../data.ts';

interface Wanted {
  readonly from: string;
  readonly to?: string;
  readonly limit: number;
}

const iso = (at: number): string => new Date(at).toISOString();

/**
 * All rows from an instant on, page by page, oldest first.
 * @param from epoch ms
 * @param page the newest so many rows of a range, oldest first
 */
export async function loadHistory(from: number, page: (wanted: Wanted) => Promise<Rows>): Promise<Rows> {
  const pages: Rows[] = [];
  for (let to: string | undefined; ; ) {
    const rows = await page({ from: iso(from), ...(to && { to }), limit: MOST_ROWS });
    const first = rows[0]?.time as string | undefined;
    const rest = rows.findIndex(({ time }) => time !== first);
    if (first === undefined || rows.length < MOST_ROWS || rest < 0) return [rows, ...pages].flat();
    // The page may begin in the middle of a snapshot, which is loaded once more.
    pages.unshift(rows.slice(rest));
    to = iso(Date.parse(first) + 1);
  }
}
