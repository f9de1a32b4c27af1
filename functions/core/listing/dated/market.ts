import * as z from 'zod';
import type { ArchiveTier } from '../../series/source.ts';
import type { SymbolFolders } from '../../series/universe.ts';
import type { HttpRequest } from '../../series/venue.ts';
import type { RangeSet } from '../../time/range.ts';

export const CONTRACTS = ['spot', 'perpetual', 'delivery'] as const;
export type ContractKind = (typeof CONTRACTS)[number];

/** One entry of a venue's list. Times are epoch ms, absent where the venue does not publish them. */
export interface DatedInstrument {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly contract: ContractKind;
  readonly trading: boolean;
  readonly listedAt?: number;
  readonly delistedAt?: number;
}

/** The candles of an archive, by which the borders of lives are found. */
export interface DatedArchive {
  /** folders with a folder for each symbol; a symbol may be in one of them only */
  readonly folders: readonly SymbolFolders[];
  readonly month: ArchiveTier;
  readonly day: ArchiveTier;
  /** place of the count of trades in the tiers' batches */
  readonly trades: number;
  /** whether files go on after a symbol's end, with candles that have no trades */
  readonly outlives: boolean;
}

/** A market whose symbols are kept with all their lives. */
export interface DatedMarket {
  readonly venue: string;
  readonly market: string;
  readonly contracts: readonly ContractKind[];
  /** what it lists now, and what it still knows of those that ended */
  readonly lists: readonly HttpRequest[];
  /** the request for what comes after a page; absent: a list is one page */
  next?(request: HttpRequest, body: Uint8Array): HttpRequest | undefined;
  /** @throws GordonError `malformed-rows` where an entry cannot be read: it would be taken for gone */
  parse(body: Uint8Array): readonly DatedInstrument[];
  /** its name in the history of listings, where one is kept */
  readonly history?: string;
  /** ids of sources whose series are of these symbols: the ledger may know their lives */
  readonly sources: readonly string[];
  /** quotes that the market had and its list may have no more */
  readonly quotes: readonly string[];
  /** absent: the venue has no archive that can be listed */
  readonly archive?: DatedArchive;
}

export const Border = z.object({
  by: z.enum(['archive', 'list', 'name', 'ledger', 'history']).meta({
    description:
      "an archive's files, the venue's list, the date in the symbol, lives that an order found, or when its list first had the symbol",
  }),
  precision: z.enum(['minute', 'day', 'month']),
  object: z.string().optional().meta({ description: 'the file that has the border' }),
});
export type Border = z.infer<typeof Border> & { readonly at: number };

export const LifeEvidence = z.object({
  listed: Border,
  delisted: Border.optional(),
  folder: z.string().optional().meta({
    description:
      'of the archive, where it is not that of the ticker: the venue renamed the contract when it was settled',
  }),
  provisional: z.boolean().optional().meta({
    description: 'the end is recent, and files of it may still come: it is looked up again',
  }),
  folders: z.array(z.string()).meta({ description: 'folders of the archive that were looked at' }),
  onboard: z.number().optional().meta({ description: 'epoch ms: the listing date in the venue’s list' }),
});
export type LifeEvidence = z.infer<typeof LifeEvidence>;

/** One life of a symbol. Times are epoch ms. */
export interface UniverseLife {
  readonly venue: string;
  readonly contract: ContractKind;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly listedAt: number;
  /** absent while it lasts */
  readonly delistedAt?: number;
  readonly evidence: LifeEvidence;
}

export type KnownLife = UniverseLife & { readonly lookedAt: number };

/** A link between two series. Times are epoch ms. */
export interface Rename {
  readonly venue: string;
  readonly contract: ContractKind;
  readonly symbol: string;
  readonly successor: string;
  /** units of the successor for one of the former */
  readonly ratio: number | undefined;
  readonly endedAt: number | undefined;
  readonly beganAt: number | undefined;
  /** how sure the ratio is */
  readonly certainty: 'recorded' | 'reported' | 'assumed';
  readonly evidence: string;
}

/** Which lives are wanted; an absent field restricts nothing. */
export interface UniverseFilter {
  /** epoch ms: lives that contain the instant */
  readonly at?: number | undefined;
  readonly venue?: string | undefined;
  readonly contract?: ContractKind | undefined;
  readonly quote?: string | undefined;
  readonly base?: string | undefined;
  readonly symbol?: string | undefined;
}

/** What a refresh that reached a market's end left behind. */
export interface MarketState {
  readonly venue: string;
  readonly market: string;
  readonly symbols: number;
  readonly failed: number;
  readonly completedAt: number;
}

/** The dated universe, for those who only read. Throws as the stores do. */
export interface UniverseReader {
  find(filter: UniverseFilter): Promise<readonly KnownLife[]>;
  renames(): Promise<readonly Rename[]>;
  states(): Promise<readonly MarketState[]>;
}

/** The dated universe. Throws as the stores do. */
export interface UniverseStore extends UniverseReader {
  /** lives that the ledger knows, by symbol */
  lives(sources: readonly string[]): Promise<ReadonlyMap<string, RangeSet>>;
  /** when lists first had symbols that they had not when their history began, by symbol; epoch ms */
  seen(venue: string, market: string): Promise<ReadonlyMap<string, number>>;
  /** Replaces all lives of these symbols. */
  save(
    symbols: readonly Pick<UniverseLife, 'venue' | 'contract' | 'symbol'>[],
    lives: readonly UniverseLife[],
    at: number,
  ): Promise<void>;
  complete(state: MarketState): Promise<void>;
  /** Replaces all links of a venue. */
  saveRenames(venue: string, renames: readonly Rename[]): Promise<void>;
}
