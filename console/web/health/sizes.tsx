import type { Answer } from '../../../functions/core/api/operations.ts';
import { call } from '../lib/client.ts';
import { bytes, count } from '../lib/format.ts';
import { Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';

type TableSize = Answer<'sizes'>[number];

/** Tables that are smaller say little. */
const MOST = 8;

/** What the largest tables take on disk. Sizes change slowly, and adding them up reads the whole ledger. */
export function Sizes() {
  const polled = usePoll(
    'sizes',
    (signal) => call('sizes', { signal }),
    () => 60_000,
  );
  return (
    <section class="card">
      <h2>Sizes</h2>
      <Waiting polled={polled} what="the sizes">
        {(sizes) => (
          <ul class="lines">
            {sizes.slice(0, MOST).map((size) => (
              <Line key={size.name} size={size} />
            ))}
          </ul>
        )}
      </Waiting>
    </section>
  );
}

const Line = ({ size }: { readonly size: TableSize }) => (
  <li>
    <span class="badge queued">{bytes(size.total_bytes)}</span>
    <span>
      <b>{size.name}</b>
      <small>{detailOf(size)}</small>
    </span>
  </li>
);

function detailOf({ rows, counted_by, columnstore_bytes, index_bytes, bytes_per_row }: TableSize): string {
  if (bytes_per_row === null) return 'no rows';
  const about = counted_by === 'statistics' ? 'about ' : '';
  const columnstore = columnstore_bytes > 0 ? `, columnstore ${bytes(columnstore_bytes)}` : '';
  return `${about}${count(rows)} rows, ${bytes_per_row} bytes each; indexes ${bytes(index_bytes)}${columnstore}`;
}
