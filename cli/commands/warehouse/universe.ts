import { type Command, Option } from 'commander';
import { CONTRACTS } from '../../../functions/core/listing/dated/market.ts';
import type { UniverseAnswer } from '../../../functions/core/queries/universe-view.ts';
import { refreshUniverse } from '../../api/repeated.ts';
import { stopOn } from '../../follow/stop.ts';
import { table } from '../../format/table.ts';
import { dayOrTime, plural } from '../../format/values.ts';
import { say } from '../../terminal.ts';
import { type Context, print, printJson } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';
import { labelSimulated } from '../simulated.ts';

interface UniverseOptions {
  readonly at?: string;
  readonly venue?: 'binance' | 'bybit';
  readonly contract?: (typeof CONTRACTS)[number];
  readonly quote?: string;
  readonly base?: string;
  readonly symbol?: string;
  readonly json?: boolean;
}

export function addUniverse(program: Command, context: Context, handle: Handle): void {
  const universe = program
    .command('universe')
    .description('every symbol that was listed at an instant, those that ended since among them')
    .option('--at <time>', 'an instant; default: every life of every symbol', options.time(context.terminal))
    .addOption(new Option('--venue <name>', 'only of this venue').choices(['binance', 'bybit']))
    .addOption(new Option('--contract <kind>', 'only such contracts').choices(CONTRACTS))
    .option('--quote <asset>', 'only with prices in it, such as USDT')
    .option('--base <asset>', 'only of this asset')
    .option('--symbol <name>', 'only this ticker, with all its lives')
    .option('--json', 'print one JSON document, with the evidence of each border')
    .addHelpText('after', HELP)
    .action(handle((given: UniverseOptions) => show(context, given)));
  universe.enablePositionalOptions();
  universe
    .command('refresh')
    .description('look up the lives of symbols that are new or have changed; the first time it takes minutes')
    .option('--json', 'print one JSON document')
    .action(handle((given: { readonly json?: boolean }) => refresh(context, given.json)));
}

const HELP = `
A ticker that ended and came back, or that another asset took, has a line for each life. A rename is a link with its ratio; rows are
never joined by it. Borders are in UTC; --json says where each is from, and whether it is exact to the minute or the day.

Examples:
  gordon-data universe refresh
  gordon-data universe --at 2019-09-02 --quote USDT
  gordon-data universe --symbol LUNAUSDT

Exit codes: 0 done; 1 a market was never refreshed to its end, so symbols may be missing, or it failed; 2 bad input`;

const COLUMNS = [
  { title: 'Venue', rank: 2 },
  { title: 'Contract' },
  { title: 'Symbol' },
  { title: 'Base', rank: 3 },
  { title: 'Quote', rank: 4 },
  { title: 'Listed' },
  { title: 'Delisted' },
  { title: 'Renamed', rank: 1 },
];

async function show(context: Context, { json, ...query }: UniverseOptions): Promise<number> {
  const { terminal, paint } = context;
  const api = context.api();
  if (!json) await labelSimulated(context, api, terminal.out);
  const found = await api.call('universe', { query });
  if (json) printJson(context, found);
  else {
    const rows = found.symbols.map(lineOf);
    if (rows.length > 0) print(context, ...table(COLUMNS, rows, context));
    const when = found.at === null ? '' : ` at ${dayOrTime(found.at)}`;
    print(
      context,
      `${plural(found.symbols.length, query.at ? 'symbol' : 'life', query.at ? 'symbols' : 'lives')}${when}`,
    );
  }
  for (const line of incomplete(found)) say(terminal.err, paint('yellow', terminal.hint(line)));
  return found.complete ? 0 : 1;
}

type Listed = UniverseAnswer['symbols'][number];

const lineOf = (one: Listed): string[] => [
  one.venue,
  one.contract,
  one.symbol,
  one.base,
  one.quote,
  dayOrTime(one.listed_at),
  one.delisted_at === null ? '-' : dayOrTime(one.delisted_at),
  one.renames.map((link) => renameOf(link, one.symbol)).join(', '),
];

/** `to POLUSDT 1:1`, `from LENDUSDT 1:0.01?`; the mark says that nobody has checked the ratio. */
function renameOf({ symbol, successor, ratio, certainty }: Listed['renames'][number], own: string): string {
  const sure = certainty === 'assumed' ? '?' : '';
  const by = ratio === null ? '' : ` 1:${ratio}${sure}`;
  if (symbol === successor) return `unit${by}`;
  return symbol === own ? `to ${successor}${by}` : `from ${symbol}${by}`;
}

function incomplete({ markets }: UniverseAnswer): string[] {
  const never = markets.filter(({ completed_at }) => completed_at === null).map(({ market }) => market);
  const failed = markets.filter((one) => one.failed > 0);
  return [
    ...(never.length > 0
      ? [
          `symbols may be missing: ${never.join(', ')} was never refreshed to its end. Run \`gordon-data universe refresh\`.`,
        ]
      : []),
    ...failed.map(
      (one) => `${one.market}: no life was found of ${plural(one.failed, 'symbol')} of ${one.symbols}`,
    ),
  ];
}

async function refresh(context: Context, json = false): Promise<number> {
  const { terminal } = context;
  const api = context.api();
  if (!json) await labelSimulated(context, api, terminal.out);
  using stop = stopOn(terminal);
  const totals = new Map<
    string,
    { market: string; symbols: number; looked_up: number; lives: number; failed: unknown[] }
  >();
  for await (const { next: _, ...piece } of refreshUniverse(api, stop.signal)) {
    const before = totals.get(piece.market);
    totals.set(piece.market, {
      ...piece,
      looked_up: piece.looked_up + (before?.looked_up ?? 0),
      lives: piece.lives + (before?.lives ?? 0),
      failed: [...(before?.failed ?? []), ...piece.failed],
    });
    if (!json && terminal.err.isTTY)
      say(terminal.err, `${piece.market}: ${totals.get(piece.market)!.looked_up}`);
    for (const { symbol, message } of piece.failed) say(terminal.err, `${symbol}: ${message}`);
  }
  const all = [...totals.values()];
  if (json) printJson(context, all);
  else {
    const line = ({ market, symbols, looked_up, lives }: (typeof all)[number]): string =>
      `${market}: ${plural(symbols, 'symbol')}, ${plural(looked_up, 'symbol')} looked up, ${plural(lives, 'life', 'lives')} found`;
    print(context, ...all.map(line));
  }
  return all.some(({ failed }) => failed.length > 0) ? 1 : 0;
}
