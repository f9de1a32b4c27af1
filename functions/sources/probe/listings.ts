import { type Check, type Judgement, judged, type ProbeAnswer } from '../../core/probe/check.ts';
import type { Series } from '../../core/series/series.ts';
import type { ListingProbe } from '../../core/series/source.ts';
import type { Universe } from '../../core/series/universe.ts';
import { DAY, isoDay } from '../../core/time/time.ts';
import { malformed } from '../rest/malformed.ts';

const A_YEAR = 365 * DAY;

/** The life of a symbol that was there for years and trades. @throws GordonError `malformed-rows` */
export function judgeListing(
  listing: ListingProbe,
  series: Series,
  answers: readonly (ProbeAnswer | undefined)[],
  now: number,
  newestWithinMs: number,
): Judgement {
  const [first, last, status] = answers;
  if (!first || !last || !status) throw malformed('', 'the venue says that there is no such thing.');
  const firstAt = listing.firstAt(first.body, series);
  const lastAt = listing.lastAt(last.body, series);
  const day = (at: number | undefined): string => (at === undefined ? 'none' : isoDay(at));
  return judged(
    [
      (firstAt === undefined || firstAt > now - A_YEAR) &&
        `the first row of ${series.symbol} is ${day(firstAt)}, not years ago`,
      (lastAt === undefined || lastAt < now - newestWithinMs) &&
        `the newest row of ${series.symbol} is ${day(lastAt)}`,
      !listing.isTrading(status.body, series) && `${series.symbol} does not trade, by its state`,
    ],
    `${series.symbol} since ${day(firstAt)}, newest ${day(lastAt)}, trades`,
  );
}

/** The list of all symbols with what is traded of them, from which selectors choose. */
export function universeCheck(venue: string, universe: Universe, symbol: string): Check {
  return {
    id: `${venue}/universe`,
    venue,
    proves: 'the list of symbols and their volumes can be read',
    sources: universe.sources,
    requests: () => [universe.instruments, universe.volumes],
    judge([listed, traded]) {
      if (!listed || !traded) throw malformed('', 'the venue says that there is no such thing.');
      const instruments = universe.parseInstruments(listed.body);
      const volumes = universe.parseVolumes(traded.body);
      const one = instruments.find((instrument) => instrument.symbol === symbol);
      return judged(
        [
          !one?.trading && `${symbol} is ${one ? one.status : 'missing'} among ${instruments.length} symbols`,
          one && one.quote !== 'USDT' && `the quote of ${symbol} is ${one.quote}`,
          !volumes.get(symbol) && `${symbol} has no volume of 24 hours among ${volumes.size}`,
        ],
        `${symbol} among ${instruments.length} symbols, ${volumes.size} with a volume`,
      );
    },
  };
}
