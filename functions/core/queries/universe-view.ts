import * as z from 'zod';
import {
  CONTRACTS,
  type KnownLife,
  LifeEvidence,
  type MarketState,
  type Rename,
  type UniverseReader,
} from '../listing/dated/market.ts';
import { Count, Instant, type Shape } from '../time/fields.ts';
import { type Clock, iso, isoOrNull } from '../time/time.ts';
import { Name, Time } from './fields.ts';
import { requireInstant } from './requested.ts';

const WORD = /^[\x21-\x2b\x2d-\x7e\u00a1-\uffff]{1,20}$/;

export const UniverseQuery = z.strictObject({
  at: Time.optional().meta({
    description: 'symbols that were listed at this instant; absent: every life of every symbol',
  }),
  venue: z.enum(['binance', 'bybit']).optional(),
  contract: z.enum(CONTRACTS).optional(),
  quote: z.string().regex(WORD, 'is not an asset').optional().meta({ description: 'such as `USDT`' }),
  base: z.string().regex(WORD, 'is not an asset').optional().meta({ description: 'such as `BTC`' }),
  symbol: Name.optional(),
});
export type UniverseQuery = z.infer<typeof UniverseQuery>;

const RenameLink = z.object({
  symbol: z.string(),
  successor: z.string(),
  ratio: z.number().nullable().meta({
    description: 'units of the successor for one unit of the former; null: not one number',
  }),
  ended_at: Instant.nullable(),
  began_at: Instant.nullable(),
  certainty: z.enum(['recorded', 'reported', 'assumed']).meta({ description: 'of the ratio' }),
  evidence: z.string(),
});

const UniverseSymbol = z.object({
  venue: z.string(),
  contract: z.enum(CONTRACTS),
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  listed_at: Instant,
  delisted_at: Instant.nullable().meta({ description: 'exclusive; null while the life lasts' }),
  evidence: LifeEvidence,
  renames: z.array(RenameLink).meta({
    description:
      'links to other series of the asset, as its former or its later ticker; rows are never joined by them',
  }),
});

const UniverseMarket = z.object({
  market: z.string().meta({ description: 'venue and market, such as `binance usdm`' }),
  symbols: Count,
  failed: Count.meta({ description: 'symbols of which the last refresh found no lives' }),
  completed_at: Instant.nullable().meta({
    description: 'when a refresh last reached the end of the market; null: never, so symbols may be missing',
  }),
});

export const UniverseAnswer = z
  .object({
    at: Instant.nullable(),
    complete: z
      .boolean()
      .meta({ description: 'whether every market of the answer was refreshed to its end' }),
    markets: z.array(UniverseMarket),
    symbols: z.array(UniverseSymbol),
  })
  .meta({ id: 'Universe' });
export type UniverseAnswer = Shape<typeof UniverseAnswer>;

export interface UniversePorts {
  readonly universeReader: UniverseReader;
  readonly datedMarkets: readonly {
    readonly venue: string;
    readonly market: string;
    readonly contracts: readonly KnownLife['contract'][];
  }[];
  readonly clock: Clock;
}

/** What was listed at an instant, or every life, with how complete the markets of the answer are. @throws GordonError `invalid-time` */
export async function universeView(ports: UniversePorts, query: UniverseQuery): Promise<UniverseAnswer> {
  const { universeReader, datedMarkets } = ports;
  const { at: text, ...filter } = query;
  const at = requireInstant(text, 'at');
  const [lives, renames, states] = await Promise.all([
    universeReader.find({ at, ...filter }),
    universeReader.renames(),
    universeReader.states(),
  ]);
  const markets = datedMarkets
    .filter(({ venue }) => filter.venue === undefined || venue === filter.venue)
    .filter(({ contracts }) => filter.contract === undefined || contracts.includes(filter.contract))
    .map((market) => marketView(market, states));
  return {
    at: isoOrNull(at),
    complete: markets.every(({ completed_at }) => completed_at !== null),
    markets,
    symbols: lives.map((life) => symbolView(life, renames)),
  };
}

function marketView(
  { venue, market }: UniversePorts['datedMarkets'][number],
  states: readonly MarketState[],
): UniverseAnswer['markets'][number] {
  const state = states.find((one) => one.venue === venue && one.market === market);
  return {
    market: `${venue} ${market}`,
    symbols: state?.symbols ?? 0,
    failed: state?.failed ?? 0,
    completed_at: isoOrNull(state?.completedAt),
  };
}

function symbolView(life: KnownLife, renames: readonly Rename[]): UniverseAnswer['symbols'][number] {
  const { venue, contract, symbol, base, quote, listedAt, delistedAt, evidence } = life;
  const links = renames.filter(
    (one) => one.venue === venue && one.contract === contract && isAbout(one, life),
  );
  return {
    venue,
    contract,
    symbol,
    base,
    quote,
    listed_at: iso(listedAt),
    delisted_at: isoOrNull(delistedAt),
    evidence,
    renames: links.map(({ endedAt, beganAt, ratio, ...link }) => ({
      symbol: link.symbol,
      successor: link.successor,
      ratio: ratio ?? null,
      ended_at: isoOrNull(endedAt),
      began_at: isoOrNull(beganAt),
      certainty: link.certainty,
      evidence: link.evidence,
    })),
  };
}

/** A ticker that another asset took later has nothing to do with what its former asset became. */
function isAbout({ symbol, successor, endedAt, beganAt }: Rename, life: KnownLife): boolean {
  const isFormer = symbol === life.symbol && (endedAt === undefined || life.listedAt < endedAt);
  const ends = life.delistedAt ?? Number.POSITIVE_INFINITY;
  const isLater = successor === life.symbol && (beganAt === undefined || ends > beganAt);
  return isFormer || isLater;
}
