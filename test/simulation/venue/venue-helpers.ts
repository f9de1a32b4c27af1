import type { RateBudget } from '../../../functions/core/fetch/ports.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { Finding, Parsed, StreamParser } from '../../../functions/core/series/source.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { canonicalLine, cellsAt } from '../../../functions/core/verify/canonical.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { VenueFault } from '../../../simulation/faults/fault.ts';
import type { BaseSymbol } from '../../../simulation/venue/market/book.ts';
import { VenueTruth } from '../../../simulation/venue/record/truth.ts';
import { clientOf } from '../../../simulation/venue/wire/client.ts';
import { WireVenue } from '../../../simulation/venue/wire/wire-venue.ts';

export const SYMBOL = 'AAAUSDT';
export const LISTED_AT = Date.parse('2025-03-03T08:17:00Z');
export const BASE: readonly BaseSymbol[] = (['um', 'spot'] as const).map((market) => ({
  market,
  symbol: SYMBOL,
  listedAt: LISTED_AT,
}));

const UNLIMITED: RateBudget = {
  take: async () => undefined,
  observe: async () => undefined,
  coolDown: async () => undefined,
};

/** What a row looked like when it was read. */
export interface ReadRow {
  readonly time: number;
  readonly line: string;
}

export interface ReadAll {
  readonly rows: readonly ReadRow[];
  readonly findings: readonly Finding[];
}

/** A venue on a clock that a test moves, read by the real client and the real adapters without budgets. */
export function venueAt(now: string, faults: readonly VenueFault[] = [], base = BASE, seed = 'test') {
  const clock = { now: Date.parse(now) };
  const struck: string[] = [];
  const venue = new WireVenue({
    seed,
    base,
    faults,
    clock: () => clock.now,
    struck: (kind) => struck.push(kind),
  });
  const client = clientOf(venue, { clock: () => clock.now, budget: UNLIMITED, sleep: async () => undefined });

  function linesIn(series: Series, parsed: readonly (Parsed | undefined)[]): ReadAll {
    const { table } = sources[series.source]!;
    const found = parsed.filter((one) => one !== undefined);
    return {
      rows: found.flatMap(({ batch }) =>
        Array.from(batch.times, (time, i) => ({ time, line: canonicalLine(table, cellsAt(batch, i)) })),
      ),
      findings: found.flatMap(({ findings }) => findings),
    };
  }

  return {
    clock,
    struck,
    venue,
    client,
    truth: new VenueTruth(venue.stock),

    /** All of one file; undefined: there is none. */
    async file(series: Series, unit: 'day' | 'month', at: string | number): Promise<ReadAll | undefined> {
      const tier = sources[series.source]!.tiers.find((one) => one.kind === 'archive' && one.unit === unit);
      if (tier?.kind !== 'archive') throw new TypeError(`${series.source} has no files by ${unit}`);
      const period = periodAt(unit, typeof at === 'number' ? at : Date.parse(at));
      const file = await client.read(tier.object(series, period));
      if (!file) return undefined;
      const parser: StreamParser = tier.parser(series, undefined, { period });
      const parsed: (Parsed | undefined)[] = [];
      for await (const piece of file.content) parsed.push(parser.push(piece));
      parsed.push(parser.end());
      return linesIn(series, parsed);
    },

    /** One page of the API. */
    async page(series: Series, range: Range): Promise<ReadAll> {
      const tier = sources[series.source]!.tiers.find((one) => one.kind === 'pages');
      if (tier?.kind !== 'pages') throw new TypeError(`${series.source} has no pages`);
      const answer = await client.get(tier.request(series, range));
      return linesIn(series, [answer && tier.parse(answer.body, series, answer.asOf)]);
    },
  };
}
