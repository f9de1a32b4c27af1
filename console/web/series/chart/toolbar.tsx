import { day } from '../../lib/format.ts';
import type { Source } from '../data.ts';
import { numbersOf } from '../data.ts';
import { RANGES, type RangeName, rangeOf, type SeriesPlace } from '../place.ts';

interface Props {
  readonly shape: 'candles' | 'line';
  readonly source: Source;
  readonly place: SeriesPlace;
  readonly every: string;
  readonly column: string;
  readonly widths: readonly string[];
  /** of all rows of the series, ms */
  readonly span: number;
  /** other series of the same symbol, which can be shown below */
  readonly below: readonly string[];
  /** series that can be compared with this one */
  readonly others: readonly string[];
  set(part: Partial<SeriesPlace>): void;
  more(side: 'earlier' | 'later'): void;
}

/** Range, width, scale and companions of a chart. */
export function ChartToolbar(props: Props) {
  const { shape, source, place, every, column, widths, span, below, others, set, more } = props;
  return (
    <>
      <div class="bar">
        {shape === 'candles' && (
          <Pick label="Candles of" value={every} of={widths} set={(one) => set({ every: one })} />
        )}
        {shape === 'line' && (
          <Pick label="Column" value={column} of={numbersOf(source)} set={(one) => set({ column: one })} />
        )}
        <fieldset class="buttons">
          <legend class="sr">Range</legend>
          {(Object.keys(RANGES) as RangeName[]).map((name) => (
            <button
              type="button"
              key={name}
              onClick={() => set({ ...rangeOf(name, widths, span), to: name === 'All' ? '' : place.to })}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <label>
          <span class="sr">Go to the day</span>
          <input
            type="date"
            value={place.to.slice(0, 10)}
            max={day(Date.now())}
            onChange={(event) => set({ to: event.currentTarget.value })}
          />
        </label>
        {source.vintages && (
          <label>
            As known on{' '}
            <input
              type="date"
              value={place.asOf}
              max={day(Date.now())}
              onChange={(event) => set({ asOf: event.currentTarget.value })}
            />
          </label>
        )}
        <fieldset class="buttons">
          <legend class="sr">Time shown</legend>
          <button type="button" onClick={() => more('earlier')}>
            ← Earlier
          </button>
          <button type="button" disabled={place.to === ''} onClick={() => more('later')}>
            Later →
          </button>
          <button type="button" disabled={place.to === ''} onClick={() => set({ to: '' })}>
            Newest
          </button>
        </fieldset>
        <button type="button" aria-pressed={place.log} onClick={() => set({ log: !place.log })}>
          Log scale
        </button>
      </div>
      <details open={place.panes.length > 0 || place.compare !== ''}>
        <summary>Other series below, or to compare with</summary>
        {below.length > 0 && (
          <fieldset class="buttons wrap">
            <legend class="sr">Panes below</legend>
            {below.map((name) => {
              const isShown = place.panes.includes(name);
              const rest = place.panes.filter((one) => one !== name);
              return (
                <button
                  type="button"
                  key={name}
                  aria-pressed={isShown}
                  onClick={() => set({ panes: isShown ? rest : [...rest, name] })}
                >
                  {name.split(' ')[0]!.replaceAll('_', ' ')}
                </button>
              );
            })}
          </fieldset>
        )}
        <Pick
          label="Compare with"
          value={place.compare}
          of={['', ...others]}
          set={(one) => set({ compare: one })}
        />
      </details>
    </>
  );
}

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly string[];
  set(value: string): void;
}

const Pick = ({ label, value, of, set }: PickProps) => (
  <label>
    {label}{' '}
    <select value={value} onChange={(event) => set(event.currentTarget.value)}>
      {of.map((one) => (
        <option key={one} value={one}>
          {one || 'nothing'}
        </option>
      ))}
    </select>
  </label>
);
