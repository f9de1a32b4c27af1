import { useState } from 'preact/hooks';
import { MOST_ROWS } from '../../../functions/core/queries/ports.ts';
import { call } from '../lib/client.ts';
import { day, plural } from '../lib/format.ts';
import { Waiting } from '../lib/parts.tsx';
import { usePoll } from '../lib/poll.ts';
import type { Report, Source } from './data.ts';
import { findRevised, heldAt, type Vintage } from './revisions.ts';

interface Props {
  readonly source: Source;
  readonly report: Report;
  readonly column: string;
  readonly range: { readonly from: string; readonly to: string };
  /** the instant whose knowledge the chart shows; undefined: now */
  readonly asOf: string | undefined;
}

/** Which values of the chart were revised, and what was known when. It loads nothing before it is opened. */
export function Revisions(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Revisions: what was known when</summary>
      {open && <Vintages {...props} />}
    </details>
  );
}

const SHOWN = 40;

function Vintages({ source, report, column, range, asOf }: Props) {
  const { symbol, timeframe } = report;
  const rows = usePoll(
    `vintages ${source.id} ${symbol} ${range.from} ${range.to}`,
    (signal) =>
      call('rows', {
        signal,
        params: { table: source.table },
        query: { source: source.id, symbol, timeframe: timeframe as '1m', ...range, limit: MOST_ROWS },
      }),
    () => 60_000,
  );
  return (
    <Waiting polled={rows} what="the vintages">
      {(data) => {
        const all = findRevised(data, { time: source.time_column, column });
        if (all.length === 0) return <p class="dim">No value of this time was ever revised.</p>;
        return (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          <section class="scroll" tabIndex={0} aria-label="Revised values">
            <table>
              <caption class="dim">{`${plural(all.length, 'value')} revised, the newest ${Math.min(SHOWN, all.length)}`}</caption>
              <thead>
                <tr>
                  <th scope="col">of</th>
                  <th scope="col">first value</th>
                  <th scope="col">known since</th>
                  {asOf && <th scope="col">{`as of ${asOf.slice(0, 10)}`}</th>}
                  <th scope="col">now</th>
                  <th scope="col">known since</th>
                  <th scope="col">values in turn</th>
                </tr>
              </thead>
              <tbody>
                {all.slice(0, SHOWN).map((revised) => {
                  const { at, vintages } = revised;
                  const [first, last] = [vintages[0]!, vintages.at(-1)!];
                  return (
                    <tr key={at}>
                      <th scope="row">{day(at)}</th>
                      <td class="n">{text(first)}</td>
                      <td>{day(first.knownAt)}</td>
                      {asOf && <td class="n">{text(heldAt(revised, Date.parse(asOf)))}</td>}
                      <td class="n">{text(last)}</td>
                      <td>{day(last.knownAt)}</td>
                      <td>{vintages.map((one) => `${text(one)} from ${day(one.knownAt)}`).join(', ')}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </section>
        );
      }}
    </Waiting>
  );
}

/** A dash where nothing was known, or the publisher has no value. */
const text = (vintage: Vintage | undefined): string =>
  vintage?.value === undefined || vintage.value === null
    ? '–'
    : String(Number(vintage.value.toPrecision(10)));
