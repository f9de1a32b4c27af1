import { badInput } from '../../failure.ts';
import { count } from '../../format/values.ts';
import { type Context, print, printJson } from '../context.ts';

export interface UnfollowOptions {
  readonly symbols: string[];
  readonly timeframe?: string;
  readonly purge?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws CliError with exit code 2 for a purge that nobody can confirm; nothing is done then */
export async function unfollow(context: Context, source: string, given: UnfollowOptions): Promise<number> {
  if (given.purge) return purge(context, source, given);
  if (given.yes) throw badInput('--yes belongs to --purge: nothing else needs to be confirmed');
  const { unfollowed } = await context.api().call('unfollow', { query: seriesIn(source, given) });
  if (given.json) printJson(context, unfollowed);
  else {
    const lines = unfollowed.map(
      (one) => `${one.source} ${one.symbol} ${one.timeframe} is no longer followed`,
    );
    print(context, ...lines, 'rows stay; jobs at work go on until they end or are cancelled');
  }
  return 0;
}

const seriesIn = (source: string, { symbols, timeframe }: UnfollowOptions) => ({
  source,
  symbols: symbols.join(','),
  ...(timeframe && { timeframe }),
});

async function purge(context: Context, source: string, given: UnfollowOptions): Promise<number> {
  if (!given.yes) {
    const { question } = context.terminal;
    if (!question) throw badInput('--purge deletes rows: without a terminal to ask at it needs --yes too');
    const answer = await question(`${await whatIsThere(context, source, given)}\ndelete it? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) {
      print(context, 'nothing was done');
      return 1;
    }
  }
  const totals = new Map<string, { readonly name: object; readonly label: string; rows: number }>();
  // A call deletes as much as it can; what it has finished is no longer known to the next one.
  for (let left = given.symbols; left.length > 0; ) {
    const request = { ...seriesIn(source, { ...given, symbols: left }), purge: 'true' } as const;
    const { purged = [] } = await context.api().call('unfollow', {
      query: { ...request, confirm: request.symbols },
    });
    for (const { source, symbol, timeframe, rows } of purged) {
      const label = `${source} ${symbol} ${timeframe}`;
      const total = totals.get(label) ?? { name: { source, symbol, timeframe }, label, rows: 0 };
      totals.set(label, { ...total, rows: total.rows + rows });
    }
    left = left.filter((symbol) => purged.some((one) => one.symbol === symbol && !one.done));
  }
  const all = [...totals.values()];
  if (given.json)
    printJson(
      context,
      all.map(({ name, rows }) => ({ ...name, rows })),
    );
  else print(context, ...all.map(({ label, rows }) => `${label} is purged: ${count(rows)} rows deleted`));
  return 0;
}

async function whatIsThere(
  context: Context,
  source: string,
  { symbols, timeframe }: UnfollowOptions,
): Promise<string> {
  const known = (await context.api().call('report', { query: { source } })).filter(
    (one) => symbols.includes(one.symbol) && (timeframe === undefined || timeframe === one.timeframe),
  );
  const lines = known.map((one) => `${one.source} ${one.symbol} ${one.timeframe}: ${count(one.rows)} rows`);
  return lines.join('\n') || `${source} ${symbols.join(',')}: nothing is requested there`;
}
