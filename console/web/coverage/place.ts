import { GROUPINGS, type Grouping, ORDERS, type Order } from './overview.ts';

/** What the coverage page shows, as its address has it: a reload, a link and the way back lead to the same picture. */
export interface CoveragePlace {
  readonly filter: string;
  readonly group: Grouping;
  readonly order: Order;
  /** groups whose series are hidden */
  readonly folded: readonly string[];
  /** epoch ms; undefined: all */
  readonly view: { readonly from: number; readonly to: number } | undefined;
  readonly chosen: Chosen | undefined;
}

/** A bucket of a series. */
export interface Chosen {
  /** `source symbol timeframe` */
  readonly series: string;
  /** an instant within the bucket, epoch ms */
  readonly at: number;
}

export function placeFrom(query: URLSearchParams): CoveragePlace {
  const [from, to] = [instant(query.get('from')), instant(query.get('to'))];
  const [series, at] = [query.get('series'), instant(query.get('at'))];
  return {
    filter: query.get('filter') ?? '',
    group: oneOf(GROUPINGS, query.get('group')),
    order: oneOf(ORDERS, query.get('order')),
    folded: query.get('folded')?.split(',').filter(Boolean) ?? [],
    view: from !== undefined && to !== undefined && from < to ? { from, to } : undefined,
    chosen: series && at !== undefined ? { series, at } : undefined,
  };
}

/** The query of an address; what is as usual is left out. */
export function queryOf({
  filter,
  group,
  order,
  folded,
  view,
  chosen,
}: CoveragePlace): Record<string, string> {
  return {
    ...(filter && { filter }),
    ...(group !== GROUPINGS[0] && { group }),
    ...(order !== ORDERS[0] && { order }),
    ...(folded.length > 0 && { folded: folded.join(',') }),
    ...(view && { from: text(view.from), to: text(view.to) }),
    ...(chosen && { series: chosen.series, at: text(chosen.at) }),
  };
}

const oneOf = <T extends string>(known: readonly [T, ...T[]], word: string | null): T =>
  known.find((one) => one === word) ?? known[0];

/** To the minute: a view that was dragged has no more precision. */
const text = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;

function instant(word: string | null): number | undefined {
  const at = word === null ? Number.NaN : Date.parse(word);
  return Number.isNaN(at) ? undefined : at;
}
