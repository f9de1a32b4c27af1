import { useRef } from 'preact/hooks';
import { call } from '../../lib/client.ts';
import { minute, short } from '../../lib/format.ts';
import { Empty, Waiting } from '../../lib/parts.tsx';
import { usePoll } from '../../lib/poll.ts';
import { useWidth } from '../../lib/width.ts';
import type { Report, Rows, Source } from '../data.ts';
import { Newest } from '../newest.tsx';
import { Bars } from './bars.tsx';
import { binned, expiriesOf, MEASURES, type Measure, REACH, strikesOf } from './exposure.ts';
import { Hours } from './hours.tsx';

/** What is shown of a snapshot, as the address has it. */
export interface GexPlace {
  readonly view: 'strikes' | 'expiries' | 'hours';
  readonly measure: Measure;
  /** an expiry's instant; empty: all */
  readonly expiry: string;
}

export const VIEWS = { strikes: 'By strike', expiries: 'By expiry', hours: 'By strike and hour' } as const;
const WORDS = { sides: 'Calls and puts', net: 'Net', gross: 'Gross' } as const;

export const gexPlaceFrom = (query: URLSearchParams): GexPlace => ({
  view: (Object.keys(VIEWS) as GexPlace['view'][]).find((one) => one === query.get('view')) ?? 'strikes',
  measure: MEASURES.find((one) => one === query.get('show')) ?? 'sides',
  expiry: query.get('expiry') ?? '',
});

export const gexQueryOf = ({ view, measure, expiry }: GexPlace): Record<string, string> => ({
  ...(view !== 'strikes' && { view }),
  ...(measure !== 'sides' && { show: measure }),
  ...(expiry && { expiry }),
});

/** A snapshot of all options has about a thousand rows. */
const SNAPSHOT_ROWS = 3_000;
/** As many bars as a screen holds. */
const MOST_BARS = 30;

interface Props {
  readonly report: Report;
  readonly source: Source;
  readonly place: GexPlace;
  set(part: Partial<GexPlace>): void;
}

/** Gamma exposure of the newest snapshot by strike or by expiry, or of the last days by strike and hour. */
export function Snapshot({ report, source, place, set }: Props) {
  const { symbol, timeframe } = report;
  const rows = usePoll(
    `snapshot ${source.id} ${symbol}`,
    (signal) =>
      call('rows', {
        signal,
        params: { table: source.table },
        query: { source: source.id, symbol, timeframe: timeframe as '1m', limit: SNAPSHOT_ROWS },
      }),
    () => 15_000,
  );
  return (
    <Waiting polled={rows} what="the rows">
      {(data) =>
        data.length === 0 ? (
          <Empty title="No rows here">
            <p>The warehouse has none of this series in this time.</p>
          </Empty>
        ) : (
          <>
            <Shown rows={data} report={report} source={source} place={place} set={set} />
            <Newest rows={data} time={source.time_column} />
          </>
        )
      }
    </Waiting>
  );
}

function Shown({ rows, report, source, place, set }: Props & { readonly rows: Rows }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const { symbol } = report;
  const { view, expiry } = place;
  const { at, spot, expiries, strikes } = strikesOf(rows, expiry || undefined);
  // Columns of hours have one value each.
  const measure = view === 'hours' && place.measure === 'sides' ? 'net' : place.measure;
  const near = binned(
    strikes.filter(({ strike }) => Math.abs(strike / spot - 1) <= REACH),
    MOST_BARS,
  );
  return (
    <>
      <div class="bar">
        <Choice label="View" words={VIEWS} value={view} set={(one) => set({ view: one })} />
        <Choice label="Show" words={WORDS} value={measure} set={(one) => set({ measure: one })} />
        {view !== 'expiries' && (
          <label>
            Expiry{' '}
            <select value={expiry} onChange={(event) => set({ expiry: event.currentTarget.value })}>
              <option value="">all</option>
              {expiries.map((one) => (
                <option key={one} value={one}>
                  {one.slice(0, 10)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      <p class="dim">
        {`Snapshot of ${minute(Date.parse(at))} UTC, ${symbol} at ${short(spot)} USD. USD for a move of 1 %; net: calls less puts.`}
      </p>
      <div ref={box} class="strikes">
        {width > 0 && view === 'hours' && measure !== 'sides' && (
          <Hours
            report={report}
            source={source}
            measure={measure}
            expiry={expiry}
            newest={at}
            width={width}
          />
        )}
        {width > 0 && view === 'strikes' && (
          <Bars
            bars={near.map(({ strike, ...sides }) => ({ name: String(strike), ...sides }))}
            measure={measure}
            width={width}
            label={`Gamma exposure of ${symbol} options by strike`}
            mark={markAt(near, spot)}
          />
        )}
        {width > 0 && view === 'expiries' && (
          <Bars
            bars={expiriesOf(rows).map((one) => ({ name: one.expiry.slice(0, 10), ...one }))}
            measure={measure}
            width={width}
            label={`Gamma exposure of ${symbol} options by expiry`}
          />
        )}
      </div>
    </>
  );
}

/** Between which bars the price lies. */
function markAt(near: readonly { readonly strike: number }[], spot: number) {
  const above = near.findIndex(({ strike }) => strike > spot);
  return { before: above < 0 ? near.length : above, name: `price ${short(spot)}` };
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly words: Readonly<Record<T, string>>;
  readonly value: T;
  set(value: T): void;
}

const Choice = <T extends string>({ label, words, value, set }: ChoiceProps<T>) => (
  <fieldset class="buttons wrap">
    <legend class="sr">{label}</legend>
    {(Object.keys(words) as T[]).map((one) => (
      <button type="button" key={one} aria-pressed={value === one} onClick={() => set(one)}>
        {words[one]}
      </button>
    ))}
  </fieldset>
);
