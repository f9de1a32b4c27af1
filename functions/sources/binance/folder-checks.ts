import { type Check, judged } from '../../core/probe/check.ts';
import type { SymbolFolders } from '../../core/series/universe.ts';
import { VENUE } from '../probe/archive-files.ts';
import { malformed } from '../rest/malformed.ts';
import { binanceDated } from './dated-markets.ts';

/** A symbol of each of Binance's markets that has a folder since the market began. */
const KNOWN: Readonly<Record<string, string>> = {
  spot: 'BTCUSDT',
  usdm: 'BTCUSDT',
  coinm: 'BTCUSD_PERP',
};
/** The folders by day of a market: each symbol is there. */
const byDay = ({ archive }: (typeof binanceDated)[number]): SymbolFolders | undefined =>
  archive?.folders.at(-1);

export const folderChecks: readonly Check[] = binanceDated.flatMap((one): Check[] => {
  const [symbol, folders] = [KNOWN[one.market], byDay(one)];
  if (symbol === undefined || !folders) return [];
  return [
    {
      id: `${VENUE}/folders-${one.market}`,
      venue: VENUE,
      proves: 'a folder lists one for each symbol, in pages that say where the next one begins',
      sources: one.sources,
      // The folder before it is the last one of the page before.
      requests: () => [folders.request(`${prefixOf(folders)}${symbol.slice(0, -1)}`)],
      judge([answer]) {
        if (!answer) throw malformed('', 'there is no listing.');
        const { symbols, next } = folders.parse(answer.body);
        return judged(
          [
            !symbols.includes(symbol) && `${symbol} is not among ${symbols.length} folders`,
            symbols.some((name) => name === '' || name.includes('/')) && 'a folder has no name of a symbol',
            symbols.some((name, i) => i > 0 && name <= symbols[i - 1]!) &&
              'folders are not in the order of their names',
            next !== undefined &&
              !next.endsWith(`${symbols.at(-1)}/`) &&
              `the next page begins after ${next}`,
          ],
          `${symbol} among ${symbols.length} folders`,
        );
      },
    },
  ];
});

const prefixOf = (folders: SymbolFolders): string => String(folders.request().query?.prefix);
