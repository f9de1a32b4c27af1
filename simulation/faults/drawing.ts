import { DAY, floorTo, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import type { DrawnAbout, Fault, FaultKind, Hands } from '../engine/fault.ts';
import type { Random } from '../engine/random.ts';
import type { RunVenue } from '../venue/index.ts';
import { hostsOf, type Published, publishedOf, RUN_SERIES } from '../venue/series.ts';
import type { Host, VenueFault, VenueFaultKind } from './fault.ts';

/** A kind of fault of the venues of a run. */
export type RunFault = FaultKind<RunVenue>;

interface Drawn {
  readonly [detail: string]: unknown;
  /** when it begins, where that is not when it is struck; epoch ms */
  readonly begins?: number;
}

/** Of what is published of what is ordered: candles of two markets, and what else there is of a perpetual. */
export const anyDataset = (random: Random, { venueSeries = RUN_SERIES }: DrawnAbout): Published =>
  random.pick(publishedOf(venueSeries));

/** Any symbol of which something is ordered. */
export function anySymbol(
  random: Random,
  { venueSeries = RUN_SERIES }: DrawnAbout,
): Omit<Published, 'dataset'> {
  const all = publishedOf(venueSeries).map(
    ({ market, symbol }) => [`${market} ${symbol}`, { market, symbol }] as const,
  );
  return random.pick([...new Map(all).values()]);
}

/** Any perpetual of which something is ordered. */
export function anyPerp(random: Random, { venueSeries = RUN_SERIES }: DrawnAbout): string {
  const perps = publishedOf(venueSeries).filter(({ market }) => market === 'um');
  const [first, ...others] = new Set(perps.map(({ symbol }) => symbol));
  return others.length > 0 || first === undefined ? random.pick([first!, ...others]) : first;
}

/** What of a list is of hosts that are requested; all of it where none is. */
export function requestedOf<T>(
  { venueSeries = RUN_SERIES }: DrawnAbout,
  list: readonly T[],
  hostOf: (one: T) => Host,
): readonly T[] {
  const requested = hostsOf(venueSeries);
  const some = list.filter((one) => requested.has(hostOf(one)));
  return some.length > 0 ? some : list;
}

/** Of some hosts one that is requested. */
export const anyHost = (random: Random, about: DrawnAbout, hosts: readonly Host[]): Host =>
  random.pick(requestedOf(about, hosts, (host) => host));

/** Every fault draws how long it lasts so that a short one is as likely as a long one; it is over before the quiet period. */
export function until(random: Random, { at, within }: DrawnAbout, shortest: number, longest: number): number {
  const lasts = shortest * (longest / shortest) ** random.next();
  return Math.min(floorTo(at + lasts, MINUTE) + MINUTE, within.end);
}

/** A stretch of the last days, as long as some hours. */
export function past(
  random: Random,
  { at }: DrawnAbout,
  days: number,
): { readonly start: number; readonly end: number } {
  const start = floorTo(at - random.int(days * DAY) - 8 * HOUR, 5 * MINUTE);
  return { start, end: start + (1 + random.int(8)) * HOUR };
}

/** One that the venue knows of as it is drawn, from its beginning on. */
export function venueFault(
  kind: VenueFaultKind,
  perDay: number,
  draw: (random: Random, about: DrawnAbout) => Drawn,
  struck: 'at once' | 'by requests' = 'at once',
): RunFault {
  return {
    kind,
    perDay,
    draw,
    strike(hands, fault) {
      hands.venue.onStruck ??= (what) => hands.struck(what);
      hands.venue.wire.add(asVenueFault(fault));
      if (struck === 'at once') hands.struck(kind);
    },
  };
}

export function asVenueFault({ begins, ...fault }: Fault): VenueFault {
  const at = (begins as number | undefined) ?? fault.at;
  return { ...fault, at, id: `${fault.kind} ${fault.at}` } as unknown as VenueFault;
}

/** Who can order something new. */
export interface Orders {
  readonly operators: {
    order(
      series: { source: string; symbol: string; timeframe: '1m' | '1h' },
      body: { readonly start: number },
      key: string | undefined,
      symbols: readonly string[],
    ): unknown;
  };
}

export const canOrder = (hands: Hands<RunVenue>): hands is Hands<RunVenue> & Orders => 'operators' in hands;
