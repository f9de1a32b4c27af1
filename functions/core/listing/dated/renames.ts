import { parseInstant } from '../../time/time.ts';
import type { ContractKind, Rename, UniverseLife } from './market.ts';
import { RENAMED_ASSETS, type RenamedAsset } from './renamed-assets.ts';

const VENUE = 'binance';
/** The quote whose series the dates of the list are about. */
const DATED_QUOTE = 'USDT';

/**
 * The links between series of a venue: for each renamed asset its series in USDT, and in every other quote that both tickers have.
 * @param lives the universe of the venue
 */
export function renameLinks(venue: string, lives: readonly UniverseLife[]): Rename[] {
  if (venue !== VENUE) return [];
  const by = new Map<string, UniverseLife[]>();
  for (const life of lives) {
    const key = `${life.contract} ${life.base}`;
    by.set(key, [...(by.get(key) ?? []), life]);
  }
  return RENAMED_ASSETS.flatMap((asset) => {
    const former = by.get(`${asset.contract} ${asset.from}`) ?? [];
    const later = by.get(`${asset.contract} ${asset.to}`) ?? [];
    const quotes = new Set([DATED_QUOTE, ...former.map(({ quote }) => quote)]);
    return [...quotes].flatMap((quote) => {
      const [before, after] = [former, later].map((all) => all.filter((one) => one.quote === quote));
      if (quote !== DATED_QUOTE && after!.length === 0) return [];
      return [linkOf(asset, quote, before!, after!)];
    });
  });
}

function linkOf(
  asset: RenamedAsset,
  quote: string,
  before: readonly UniverseLife[],
  after: readonly UniverseLife[],
): Rename {
  const at = (text: string | undefined): number | undefined =>
    text === undefined || quote !== DATED_QUOTE ? undefined : parseInstant(text);
  // A ticker with several lives was renamed at the end of one of them, and which one only the list says.
  const ended = before.length === 1 ? before[0]!.delistedAt : undefined;
  const began = after.length === 1 ? after[0]!.listedAt : undefined;
  return {
    venue: VENUE,
    contract: asset.contract satisfies ContractKind,
    symbol: `${asset.from}${quote}`,
    successor: `${asset.to}${quote}`,
    ratio: asset.ratio,
    endedAt: at(asset.ended) ?? ended,
    beganAt: at(asset.began) ?? began,
    certainty: asset.certainty,
    evidence: asset.note,
  };
}
