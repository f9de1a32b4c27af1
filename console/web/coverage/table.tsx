import type { call } from '../lib/client.ts';
import { count, percent } from '../lib/format.ts';
import { useGrowing } from '../lib/growing.ts';
import { href } from '../lib/router.ts';
import { preparedOf } from './prepared.ts';

type Coverage = Awaited<ReturnType<typeof call<'coverage'>>>;

/** The map's numbers as text, for who cannot or does not want to see it. */
export function SeriesTable({ series }: { readonly series: Coverage }) {
  const shown = useGrowing(series.length, 0);
  if (series.length === 0) return null;
  return (
    <section aria-labelledby="series-table">
      <h2 id="series-table">Series</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Table of series">
        <table>
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col" class="n">
                There
              </th>
              <th scope="col" class="n">
                Proven empty
              </th>
              <th scope="col" class="n">
                Being fetched
              </th>
              <th scope="col" class="n">
                Missing
              </th>
              <th scope="col" class="n">
                Failed
              </th>
              <th scope="col" class="n">
                Complete
              </th>
            </tr>
          </thead>
          <tbody>
            {series.slice(0, shown).map((one) => (
              <Line key={`${one.source} ${one.symbol} ${one.timeframe}`} series={one} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Line({ series }: { readonly series: Coverage[number] }) {
  const { source, symbol, timeframe } = series;
  const { summary, parts } = preparedOf(series);
  const { have, empty, inFlight, missing, failed } = summary;
  const complete = parts.due === 0 ? undefined : parts.done / parts.due;
  return (
    <tr>
      <th scope="row">
        <a href={href('series', [source, symbol, timeframe])}>{`${symbol} ${source} ${timeframe}`}</a>
      </th>
      <td class="n">{count(have)}</td>
      <td class="n">{count(empty)}</td>
      <td class="n">{count(inFlight)}</td>
      <td class={missing > 0 ? 'n bad-text' : 'n'}>{count(missing)}</td>
      <td class={failed > 0 ? 'n bad-text' : 'n'}>{count(failed)}</td>
      <td class="n">{complete === undefined ? '–' : percent(complete)}</td>
    </tr>
  );
}
