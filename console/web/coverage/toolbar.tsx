import type { Bucket } from '../../../functions/core/queries/bucket-runs.ts';
import { rangeText } from '../lib/format.ts';
import type { Span } from './grid.ts';
import { GROUPINGS, ORDERS } from './overview.ts';
import type { CoveragePlace } from './place.ts';
import { panned, zoomed } from './view.ts';

interface Props {
  readonly place: CoveragePlace;
  readonly view: Span;
  readonly all: Span;
  readonly bucket: Bucket;
  /** what zooming in stays at */
  readonly at: number | undefined;
  set(part: Partial<CoveragePlace>): void;
}

const GROUP_NAMES = { source: 'by source', symbol: 'by symbol', none: 'no groups' } as const;
const ORDER_NAMES = { name: 'by name', staleness: 'stalest first', gaps: 'most gaps first' } as const;

/** Filter, groups, order and time of the map. */
export function Toolbar({ place, view, all, bucket, at, set }: Props) {
  const half = (view.to - view.from) / 2;
  return (
    <div class="bar">
      <h1>Coverage</h1>
      <label>
        <span class="sr">Show series with</span>
        <input
          type="search"
          placeholder="Filter series"
          value={place.filter}
          onInput={(event) => set({ filter: event.currentTarget.value, chosen: undefined })}
        />
      </label>
      <Choice
        label="Groups"
        names={GROUP_NAMES}
        of={GROUPINGS}
        value={place.group}
        set={(group) => set({ group })}
      />
      <Choice
        label="Order"
        names={ORDER_NAMES}
        of={ORDERS}
        value={place.order}
        set={(order) => set({ order })}
      />
      <fieldset class="buttons">
        <legend class="sr">Time shown</legend>
        <button type="button" onClick={() => set({ view: undefined })}>
          All
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => set({ view: zoomed(view, all, 2) })}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => set({ view: zoomed(view, all, 0.5, at) })}>
          +
        </button>
        <button type="button" aria-label="Earlier" onClick={() => set({ view: panned(view, all, -half) })}>
          ←
        </button>
        <button type="button" aria-label="Later" onClick={() => set({ view: panned(view, all, half) })}>
          →
        </button>
      </fieldset>
      <span class="dim">{`${rangeText(view.from, view.to)}, by ${bucket}`}</span>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly names: Readonly<Record<T, string>>;
  readonly of: readonly T[];
  readonly value: T;
  set(value: T): void;
}

const Choice = <T extends string>({ label, names, of, value, set }: ChoiceProps<T>) => (
  <label>
    <span class="sr">{label}</span>
    <select value={value} onChange={(event) => set(event.currentTarget.value as T)}>
      {of.map((one) => (
        <option key={one} value={one}>
          {names[one]}
        </option>
      ))}
    </select>
  </label>
);
