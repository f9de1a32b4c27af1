import { clip, type Range, type RangeSet } from '../../time/range.ts';
import { DAY, floorTo } from '../../time/time.ts';
import type { Published } from '../refine-lives.ts';
import { type BorderPorts, type Folder, filesOf, firstRow, lastTrade } from './borders.ts';
import type { ContractName } from './contract-name.ts';
import type { Border, DatedInstrument, DatedMarket, UniverseLife } from './market.ts';

/** A ticker with all that is known of it before any file is read. */
export interface Ticker {
  readonly name: ContractName;
  /** of the archive, its own and those of contracts that were settled under it */
  readonly folders: readonly string[];
  /** in the venue's list */
  readonly entry: DatedInstrument | undefined;
  /** lives that the ledger knows, because somebody ordered the symbol */
  readonly ledger: RangeSet;
  /** when a list first had it, where it had it not at first; epoch ms */
  readonly firstListedAt?: number | undefined;
  /** the last time that a list had it, where no list has it any more; epoch ms */
  readonly lastListedAt?: number | undefined;
}

/** Candles that are younger may only be late. */
const LATE = 4 * DAY;
/** An archive that begins this long after a listing has lost the days between. */
const BEGUN_LATE = 3 * DAY;
/** The newest month's file comes up to this long after the symbol's end. */
const ALL_PUBLISHED_AFTER = 45 * DAY;

interface Life {
  readonly listed: Border;
  readonly delisted?: Border | undefined;
  readonly folder: string;
}

/**
 * Finds the lives of a ticker: from the files of the archive, the venue's list and the ledger, the most exact first.
 * @throws as `VenueClient` does
 */
export async function lookUpLives(
  ports: BorderPorts,
  market: DatedMarket,
  ticker: Ticker,
  now: number,
): Promise<UniverseLife[]> {
  const { name, entry, folders } = ticker;
  const found: Life[] = [];
  let hasFiles = false;
  for (const folder of folders) {
    const at: Folder = { archive: market.archive!, source: market.sources[0]!, name: folder };
    const stretches = await filesOf(ports, at, now);
    for (const [i, files] of stretches.entries()) {
      const isNewest = folder === name.symbol && i === stretches.length - 1;
      hasFiles ||= isNewest;
      found.push(
        ...(await (isNewest ? newestLives(ports, at, files, ticker, now) : pastLife(ports, at, files))),
      );
    }
  }
  if (!hasFiles) found.push(...livesByList(ticker));
  const lives = sharpened(inOrder(found), ticker.ledger);
  return lives.map(({ listed, delisted, folder }) => {
    const isRecent = delisted?.by === 'archive' && delisted.at > now - ALL_PUBLISHED_AFTER;
    return {
      venue: market.venue,
      contract: entry?.contract ?? name.contract,
      symbol: name.symbol,
      base: entry?.base ?? name.base,
      quote: entry?.quote ?? name.quote,
      listedAt: listed.at,
      ...(delisted && { delistedAt: delisted.at }),
      evidence: {
        listed: withoutTime(listed),
        ...(delisted && { delisted: withoutTime(delisted) }),
        ...(folder !== name.symbol && { folder }),
        ...(isRecent && { provisional: true }),
        folders: [...folders],
        ...(entry?.listedAt !== undefined && { onboard: entry.listedAt }),
      },
    };
  });
}

const withoutTime = ({ at: _, ...border }: Border): Omit<Border, 'at'> => border;

/** A life that is over: files of a contract that was settled, or those before a gap. */
async function pastLife(ports: BorderPorts, folder: Folder, files: readonly Published[]): Promise<Life[]> {
  const listed = await firstRow(ports, folder, files[0]!);
  const delisted = await lastTrade(ports, folder, files);
  return delisted ? [{ listed, delisted, folder: folder.name }] : [];
}

/** The files may hold two lives: those of a contract that ended go on until the ticker is listed again. */
async function newestLives(
  ports: BorderPorts,
  folder: Folder,
  files: readonly Published[],
  { name, entry }: Ticker,
  now: number,
): Promise<Life[]> {
  let listed = await firstRow(ports, folder, files[0]!);
  const lives: Life[] = [];
  const onboard = entry?.listedAt;
  // An archive may begin a day late, and then with a whole day; or only its candle of a day shows that the symbol was traded then.
  const beganLate =
    onboard !== undefined && onboard < listed.at && listed.at % DAY === 0 && listed.at - onboard < BEGUN_LATE;
  const isOfThatDay =
    onboard !== undefined && listed.precision === 'day' && floorTo(onboard, DAY) === listed.at;
  if (beganLate || isOfThatDay) listed = { at: onboard, by: 'list', precision: 'minute' };
  if (
    folder.archive.outlives &&
    onboard !== undefined &&
    floorTo(onboard, DAY) > floorTo(listed.at, DAY) + DAY
  ) {
    const before = await lastTrade(ports, folder, files, onboard);
    // A list may date a contract later than its first trades: then they go on up to that day.
    if (before && before.at <= floorTo(onboard, DAY) - DAY) {
      lives.push({ listed, delisted: before, folder: folder.name });
      listed = { at: onboard, by: 'list', precision: 'minute' };
    }
  }
  const delisted = await endOf(ports, folder, files, { name, entry }, now);
  return [...lives, { listed, delisted, folder: folder.name }];
}

/** @returns undefined while the life lasts */
async function endOf(
  ports: BorderPorts,
  folder: Folder,
  files: readonly Published[],
  { name, entry }: Pick<Ticker, 'name' | 'entry'>,
  now: number,
): Promise<Border | undefined> {
  if (entry?.delistedAt !== undefined) return { at: entry.delistedAt, by: 'list', precision: 'minute' };
  if (entry?.trading) return undefined;
  if (name.settlesAt !== undefined) return { at: name.settlesAt, by: 'name', precision: 'minute' };
  // A halt is not an end.
  if (entry && files.at(-1)!.end > now - LATE) return undefined;
  return (await lastTrade(ports, folder, files)) ?? { at: files[0]!.end, by: 'archive', precision: 'month' };
}

/** Without files: by what the list has, and the ledger where the list has it no more. */
function livesByList({ name, entry, ledger, firstListedAt, lastListedAt }: Ticker): Life[] {
  const folder = name.symbol;
  const [start, end] = [entry?.listedAt, entry?.delistedAt ?? name.settlesAt];
  const delisted: Border | undefined =
    end === undefined ? undefined : { at: end, by: entry ? 'list' : 'name', precision: 'minute' };
  if (start !== undefined && (delisted || entry?.trading)) {
    return [{ listed: { at: start, by: 'list', precision: 'minute' }, delisted, folder }];
  }
  if (ledger.length === 0 && entry?.trading && firstListedAt !== undefined) {
    return [{ listed: { at: firstListedAt, by: 'history', precision: 'day' }, folder }];
  }
  return ledger.flatMap(({ start: from, end: to }, i) => {
    const isOpen = to === Number.POSITIVE_INFINITY;
    const isGone = isOpen && i === ledger.length - 1 && !entry && lastListedAt !== undefined;
    const until: Border | undefined = isGone
      ? { at: lastListedAt, by: 'list', precision: 'day' }
      : isOpen
        ? undefined
        : { at: to, by: 'ledger', precision: 'minute' };
    return [{ listed: { at: from, by: 'ledger', precision: 'minute' }, delisted: until, folder }];
  });
}

/** By time. A life ends where the next one begins at the latest; one without any length is left out. */
function inOrder(found: readonly Life[]): readonly Life[] {
  const lives = [...found].sort((a, b) => a.listed.at - b.listed.at);
  return lives
    .map((life, i): Life => {
      const next = lives[i + 1]?.listed;
      const isOver = next !== undefined && (life.delisted?.at ?? Number.POSITIVE_INFINITY) > next.at;
      return isOver ? { ...life, delisted: next } : life;
    })
    .filter(({ listed, delisted }) => !delisted || delisted.at > listed.at);
}

const WINDOWS = { minute: 0, day: DAY, month: 31 * DAY } as const;

/** Replaces borders that are only known to the day or the month by those that an order found in the same stretch. */
function sharpened(lives: readonly Life[], ledger: RangeSet): readonly Life[] {
  return lives.map((life): Life => {
    const { listed, delisted } = life;
    const ends = delisted?.at ?? Number.POSITIVE_INFINITY;
    const [known] = clip(ledger, { start: listed.at - DAY, end: ends + DAY });
    if (!known) return life;
    const by = { by: 'ledger', precision: 'minute' } as const;
    // A list may date a listing days before the first trade.
    const isLater = listed.by === 'list' && listed.at < known.start && known.start < ends;
    const first = isLater || isWithin(known.start, listed, 1) ? { at: known.start, ...by } : listed;
    const last = delisted && isWithin(known.end, delisted, -1) ? { at: known.end, ...by } : delisted;
    return { ...life, listed: first, delisted: last };
  });
}

/** A first row lies in the window after its border, a last one in the window before. */
function isWithin(at: number, { at: border, precision }: Border, direction: 1 | -1): boolean {
  const window: Range =
    direction === 1
      ? { start: border, end: border + WINDOWS[precision] }
      : { start: border - WINDOWS[precision], end: border };
  return precision !== 'minute' && window.start <= at && at <= window.end;
}
