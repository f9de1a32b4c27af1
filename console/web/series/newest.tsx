import { moment } from '../lib/format.ts';
import type { Rows } from './data.ts';

const SHOWN = 12;

/** The last rows of the chart as a table: what a picture cannot show to every reader. */
export function Newest({ rows, time }: { readonly rows: Rows; readonly time: string }) {
  const names = Object.keys(rows[0] ?? {}).filter(
    (name) => !['symbol', 'timeframe', 'venue', 'kind'].includes(name),
  );
  const columns = [time, ...names.filter((name) => name !== time)];
  return (
    <details>
      <summary>Newest rows</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="Newest rows">
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name.replaceAll('_', ' ')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows
              .slice(-SHOWN)
              .reverse()
              .map((row) => (
                <tr key={columns.map((name) => String(row[name])).join(' ')}>
                  {columns.map((name) => (
                    <td key={name} class={typeof row[name] === 'number' ? 'n' : ''}>
                      {cellText(name, row[name])}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT.*Z$/;

function cellText(_name: string, value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string' && INSTANT.test(value)) return moment(value);
  return typeof value === 'number' ? String(Number(value.toPrecision(10))) : String(value);
}
