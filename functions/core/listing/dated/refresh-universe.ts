import pMap from 'p-map';
import * as z from 'zod';
import { badRequest } from '../../errors/bad-request.ts';
import { BudgetExhausted, GordonError } from '../../errors/errors.ts';
import { type Clock, DAY, SECOND } from '../../time/time.ts';
import { archivedSymbols } from '../archived-symbols.ts';
import { type BorderPorts, isPassing } from './borders.ts';
import { nameReader, tickerOf } from './contract-name.ts';
import { lookUpLives, type Ticker } from './look-up-lives.ts';
import type { DatedInstrument, DatedMarket, KnownLife, UniverseLife, UniverseStore } from './market.ts';
import { renameLinks } from './renames.ts';

export interface RefreshUniversePorts extends BorderPorts {
  readonly datedMarkets: readonly DatedMarket[];
  readonly universe: UniverseStore;
  readonly clock: Clock;
}

/** The body of `POST /universe/refresh`: where the last answer's `next` says, or nothing for the beginning. */
export const RefreshUniverseBody = z.strictObject({
  market: z
    .string()
    .regex(/^[a-z]{2,20} [a-z]{2,20}$/, 'is not a venue and its market')
    .optional()
    .meta({
      description: 'a venue and its market, such as `binance spot`; defaults to the first one',
      example: 'binance spot',
    }),
  after: z.string().max(60).optional().meta({ description: 'goes on after this symbol' }),
});
export type RefreshUniverseBody = z.infer<typeof RefreshUniverseBody>;

const FailedSymbol = z.object({ symbol: z.string(), code: z.string(), message: z.string() });

export const RefreshedUniverse = z
  .object({
    market: z.string(),
    symbols: z.number().int().meta({ description: 'that the market ever had' }),
    looked_up: z.number().int().meta({ description: 'in this call' }),
    lives: z.number().int().meta({ description: 'that were found in this call' }),
    failed: z.array(FailedSymbol),
    next: RefreshUniverseBody.nullable().meta({ description: 'where to go on; null: every market is done' }),
  })
  .meta({ id: 'UniverseRefreshed' });
export type RefreshedUniverse = z.infer<typeof RefreshedUniverse>;

/** Each takes up to ten requests, and a caller waits for 29 seconds at most. */
const MOST_SYMBOLS = 60;
const AT_ONCE = 16;
/** After this long no more symbols are begun. */
const MOST_MS = 12 * SECOND;

interface Looked {
  readonly ticker: Ticker;
  readonly lives: readonly UniverseLife[];
}
/** How long a provisional end is kept before it is looked up again. */
const RECHECK_AFTER = DAY;

/**
 * Looks up the lives of those symbols of one market that are new, that began or ended since, or whose end is not certain; a
 * piece at a time, in the order of their names. Other symbols cost no request.
 * @throws GordonError `invalid-request`, and what venues throw; what was found before is stored
 */
export async function refreshUniverse(
  ports: RefreshUniversePorts,
  body: RefreshUniverseBody,
): Promise<RefreshedUniverse> {
  const { datedMarkets: markets, universe, clock } = ports;
  const place = body.market === undefined ? 0 : markets.findIndex((one) => nameOf(one) === body.market);
  const market = markets[place];
  if (!market) {
    const remedy = `Use one of: ${markets.map(nameOf).join(', ')}.`;
    throw badRequest('invalid-request', String(body.market), 'this is not a market.', remedy);
  }
  const now = clock();
  const { tickers, symbols } = await dueTickers(ports, market, now);
  const ahead = tickers.filter(({ name }) => body.after === undefined || name.symbol > body.after);
  const failed: RefreshedUniverse['failed'] = [];
  const began = clock();
  const looked = await pMap(
    // Without an archive no symbol takes a request.
    market.archive ? ahead.slice(0, MOST_SYMBOLS) : ahead,
    async (ticker): Promise<Looked | 'failed' | 'left'> => {
      // They begin in order: those that are left are the last ones.
      if (clock() - began > MOST_MS) return 'left';
      try {
        return { ticker, lives: await lookUpLives(ports, market, ticker, now) };
      } catch (error) {
        if (!(error instanceof GordonError) || error.code === 'region-refused' || isPassing(error)) {
          throw error;
        }
        failed.push({ symbol: ticker.name.symbol, code: error.code, message: error.message });
        return 'failed';
      }
    },
    { concurrency: AT_ONCE },
  );
  const piece = ahead.slice(0, looked.filter((one) => one !== 'left').length);
  const done = looked.filter((one) => typeof one === 'object');
  const lives = done.flatMap((one) => one.lives);
  await universe.save(
    done.map(({ ticker: { name, entry } }) => ({
      venue: market.venue,
      contract: entry?.contract ?? name.contract,
      symbol: name.symbol,
    })),
    lives,
    now,
  );
  const isEnd = ahead.length === piece.length;
  if (isEnd) {
    // What is still due before this piece failed in one of the earlier ones.
    const without = done.filter((one) => one.lives.length === 0).length;
    const failures = tickers.length - ahead.length + failed.length + without;
    await endMarket(universe, market, { symbols, failed: failures, completedAt: now });
  }
  const following = isEnd ? markets[place + 1] : market;
  return {
    market: nameOf(market),
    symbols,
    looked_up: piece.length,
    lives: lives.length,
    failed,
    next: following
      ? { market: nameOf(following), ...(!isEnd && { after: piece.at(-1)!.name.symbol }) }
      : null,
  };
}

/** Each call reads the lists once more. */
const MOST_PIECES = 5;

/**
 * Keeps those markets current that a refresh has completed once: the first time takes thousands of requests, which somebody has to
 * want. What is left over comes in the next run.
 * @returns symbols that were looked up
 * @throws as `refreshUniverse` does, after the other markets
 */
export async function keepUniverse(ports: RefreshUniversePorts): Promise<number> {
  let looked = 0;
  let failed: unknown;
  for (const { venue, market } of await ports.universe.states()) {
    try {
      const name = `${venue} ${market}`;
      let next: RefreshUniverseBody | null = { market: name };
      for (let pieces = 0; next?.market === name && pieces < MOST_PIECES; pieces++) {
        const piece: RefreshedUniverse = await refreshUniverse(ports, next);
        looked += piece.looked_up;
        next = piece.next;
      }
    } catch (error) {
      // A venue that is rate limited is queried in the next run.
      if (error instanceof GordonError) failed ??= error;
      else if (!(error instanceof BudgetExhausted)) throw error;
    }
  }
  if (failed) throw failed;
  return looked;
}

const nameOf = ({ venue, market }: DatedMarket): string => `${venue} ${market}`;

async function endMarket(
  universe: UniverseStore,
  { venue, market }: DatedMarket,
  state: { readonly symbols: number; readonly failed: number; readonly completedAt: number },
): Promise<void> {
  await universe.complete({ venue, market, ...state });
  await universe.saveRenames(venue, renameLinks(venue, await universe.find({ venue })));
}

async function dueTickers(
  { venue, universe }: RefreshUniversePorts,
  market: DatedMarket,
  now: number,
): Promise<{ readonly tickers: readonly Ticker[]; readonly symbols: number }> {
  const listed = await listOf({ venue }, market);
  const folders = market.archive ? await archivedSymbols(venue, market.archive.folders) : undefined;
  if (market.archive && !folders) throw noArchive(nameOf(market));
  const known = new Map<string, KnownLife[]>();
  for (const life of await universe.find({ venue: market.venue })) {
    if (!market.contracts.includes(life.contract) || market.symbols?.test(life.symbol) === false) continue;
    known.set(life.symbol, [...(known.get(life.symbol) ?? []), life]);
  }
  const ledger = await universe.lives(market.sources);
  const seen = market.history ? await universe.seen(market.venue, market.history) : new Map<string, number>();
  const states = await universe.states();
  const completed = states.find((one) => one.venue === market.venue && one.market === market.market);
  const byTicker = new Map<string, string[]>();
  for (const folder of folders ?? []) {
    const ticker = tickerOf(folder);
    byTicker.set(ticker, [...(byTicker.get(ticker) ?? []), folder].sort());
  }
  const entries = new Map(listed.map((entry) => [entry.symbol, entry]));
  const read = nameReader(market.contracts.includes('spot') ? 'spot' : 'perpetual', market.quotes, listed);
  const all = new Set([
    ...byTicker.keys(),
    ...entries.keys(),
    ...known.keys(),
    ...(folders ? [] : ledger.keys()),
  ]);
  const tickers = [...all]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((symbol): Ticker => {
      const lives = known.get(symbol);
      return {
        name: read(symbol),
        folders: byTicker.get(symbol) ?? [],
        entry: entries.get(symbol),
        ledger: ledger.get(symbol) ?? (market.archive ? [] : asRanges(lives)),
        firstListedAt: seen.get(symbol),
        lastListedAt: completed?.completedAt,
      };
    });
  return { tickers: tickers.filter((one) => isDue(one, known.get(one.name.symbol), now)), symbols: all.size };
}

/** Without the ledger's word, what the universe itself knew of a symbol that its venue has dropped. */
const asRanges = (lives: readonly UniverseLife[] = []): Ticker['ledger'] =>
  lives.map(({ listedAt, delistedAt = Number.POSITIVE_INFINITY }) => ({ start: listedAt, end: delistedAt }));

/** Whether what is known no longer agrees with the list and the folders, or was not certain. */
function isDue(
  { folders, entry, name }: Ticker,
  known: readonly KnownLife[] | undefined,
  now: number,
): boolean {
  const newest = known?.at(-1);
  if (!newest) return true;
  const { evidence, delistedAt, lookedAt } = newest;
  if (evidence.folders.join() !== folders.join()) return true;
  if (evidence.provisional && lookedAt < now - RECHECK_AFTER) return true;
  const isOpen = delistedAt === undefined || delistedAt > now;
  const shouldBeOpen = entry?.trading ?? (name.settlesAt !== undefined && name.settlesAt > now);
  if (isOpen && !shouldBeOpen) {
    // A halt leaves a life open: whether it was the end is seen when its files stop.
    return !entry || entry.delistedAt !== delistedAt || lookedAt < now - RECHECK_AFTER;
  }
  return isOpen !== shouldBeOpen || (entry?.listedAt ?? evidence.onboard) !== evidence.onboard;
}

async function listOf(
  { venue }: Pick<BorderPorts, 'venue'>,
  market: DatedMarket,
): Promise<DatedInstrument[]> {
  const found: DatedInstrument[] = [];
  for (const list of market.lists) {
    for (let request: typeof list | undefined = list; request; ) {
      const answer = await venue.get(request);
      if (!answer) throw noArchive(nameOf(market));
      found.push(...market.parse(answer.body));
      request = market.next?.(request, answer.body);
    }
  }
  return found;
}

const noArchive = (subject: string): GordonError =>
  new GordonError({
    code: 'no-listing',
    subject,
    status: 503,
    message: 'its list of symbols cannot be had now.',
  });
