import type { Answer } from '../../../functions/core/api/operations.ts';
import { count, minute, percent, plural } from '../lib/format.ts';
import { lanesOf, waitsOf } from './outcome.ts';

type Job = Answer<'getJob'>;

/** As many series as a reader can use; the counts above the grid are of all. */
const MOST_LANES = 60;

/** The chunks as a grid: a line for each series, a cell for each period, in the colour of its state. */
export function Chunks({ job: { chunks, chunk_counts: counts } }: { readonly job: Job }) {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  if (all === 0) return null;
  const lanes = lanesOf(chunks);
  return (
    <details open>
      <summary>
        {`${plural(all, 'chunk')}: ${Object.entries(counts)
          .map(([state, n]) => `${count(n)} ${state}`)
          .join(', ')}`}
      </summary>
      {waitsOf(chunks).map(({ source, chunks: n, until }) => (
        <p class="notice" key={source}>
          {`${plural(n, 'chunk')} of ${source} wait for the venue's limit, the first until ${minute(Date.parse(until))} UTC.`}
        </p>
      ))}
      <ul class="lanes" aria-label="Chunks by series">
        {lanes.slice(0, MOST_LANES).map(({ name, chunks: of }) => (
          <li key={name}>
            <span class="lane-name">{name}</span>
            <ol class="cells-of">
              {of.map((chunk) => (
                <li
                  key={chunk.period}
                  class={chunk.state}
                  title={`${chunk.chunk}: ${chunk.state}, ${percent(chunk.progress)}, ${plural(chunk.rows, 'row')}, wave ${chunk.wave}`}
                >
                  <span class="sr">{`${chunk.period} ${chunk.state}`}</span>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
      {lanes.length > MOST_LANES && <p class="dim">{`The first ${MOST_LANES} series are shown.`}</p>}
    </details>
  );
}
