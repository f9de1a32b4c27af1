import { toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Finding, Parsed } from '../../core/series/source.ts';
import { KNOWN_AT, type TableSpec } from '../../core/series/table.ts';
import { floorTo, MINUTE } from '../../core/time/time.ts';
import { type OptionName, readOptionName } from '../option-chain/option-name.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { isInstant, readNumber } from '../rest/values.ts';
import { resultList } from './request.ts';

/** The most that the history host serves. */
export const LARGEST_PAGE = 10_000;
/** The least that a page is capped at, by the other host. */
const SMALLEST_PAGE = 1_000;

const text = (name: string) => ({ name, type: 'text' }) as const;
const number = (name: string) => ({ name, type: 'float8' }) as const;

export const tradesTable: TableSpec = {
  name: 'option_trades',
  columns: [
    text('symbol'),
    { name: 'time', type: 'timestamptz' },
    ...['trade_id', 'instrument'].map(text),
    { name: 'trade_seq', type: 'int8' },
    text('coin'),
    { name: 'expiry', type: 'timestamptz' },
    number('strike'),
    ...['kind', 'quote', 'direction'].map(text),
    ...['price', 'amount', 'iv', 'mark_price', 'index_price'].map(number),
    ...['liquidation', 'combo_id', 'block_trade_id'].map(text),
  ],
  key: ['symbol', 'time', 'trade_id'],
  partedBy: 'instrument',
  computed: [KNOWN_AT],
  cadence: 'irregular',
  offGrid: true,
};
/** Place of the trade's id in a batch. */
export const ID_COLUMN = 2;

interface Trade {
  readonly at: number;
  readonly id: string;
  readonly instrument: string;
  readonly seq: number;
  readonly name: OptionName;
  readonly price: number;
  readonly amount: number;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * An answer of `get_last_trades_by_currency_and_time`, in whatever order. Trades of a combination are not trades of options; their legs are
 * trades of their own, and each trade counts once. Its `has_more` was seen to be wrong, so each answer with rows counts as a full
 * page: only the next one shows whether there are more.
 * @throws GordonError `malformed-rows`
 */
export function parseOptionTrades(
  body: Uint8Array,
  series: Series,
): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const list = resultList(body, subject, 'trades');
  const bad = new BadCells(subject, MINUTE);
  const unknown: string[] = [];
  const byId = new Map<string, Trade>();
  let combos = 0;
  for (const entry of list) {
    const row = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const name = readOptionName(row.instrument_name);
    if (Array.isArray(row.legs)) combos++;
    else if (!name) unknown.push(String(row.instrument_name));
    else {
      const trade = tradeIn(row, name, bad);
      if (trade && !byId.has(trade.id)) byId.set(trade.id, trade);
    }
  }
  const trades = [...byId.values()].sort((a, b) => a.at - b.at || a.seq - b.seq || (a.id < b.id ? -1 : 1));
  const findings = [
    ...bad.findings(trades.length + combos),
    ...unknown.slice(0, 1).map((first): Finding => {
      return { kind: 'unknown-instrument', detail: { instruments: unknown.length, first } };
    }),
    ...missingTrades(trades),
    ...(isCrowded(trades) ? [crowded(trades)] : []),
  ];
  const batch = toBatch(
    tradesTable,
    trades.map((trade) => cellsOf(series.symbol, trade)),
  );
  return { batch, findings, rowsInBody: list.length === 0 ? 0 : LARGEST_PAGE };
}

/** @returns undefined for a row that cannot be parsed, which is noted */
function tradeIn(row: Readonly<Record<string, unknown>>, name: OptionName, bad: BadCells): Trade | undefined {
  const [at, seq, price, amount] = [row.timestamp, row.trade_seq, row.price, row.amount].map(readNumber);
  const time = at !== undefined && isInstant(at) ? at : undefined;
  const cells = { timestamp: time, trade_seq: seq, price, amount, trade_id: row.trade_id || undefined };
  const wrong = Object.entries(cells).find(([, value]) => value === undefined)?.[0];
  if (wrong !== undefined) {
    bad.note(time === undefined ? undefined : floorTo(time, MINUTE), wrong, row[wrong]);
    return undefined;
  }
  return {
    at: time!,
    id: String(row.trade_id),
    instrument: String(row.instrument_name),
    seq: seq!,
    name,
    price: price!,
    amount: amount!,
    row,
  };
}

const textOf = (cell: unknown): string | null => (cell === undefined || cell === null ? null : String(cell));

const cellsOf = (
  symbol: string,
  { at, id, instrument, seq, name, price, amount, row }: Trade,
): (string | number | null)[] => [
  symbol,
  at,
  id,
  instrument,
  seq,
  name.currency,
  name.expiry,
  name.strike,
  name.side,
  name.settledIn ?? name.currency,
  textOf(row.direction),
  price,
  amount,
  // Where the venue could make no volatility of the price it writes null, or zero.
  readNumber(row.iv) || null,
  readNumber(row.mark_price) ?? null,
  readNumber(row.index_price) ?? null,
  textOf(row.liquidation),
  textOf(row.combo_id),
  textOf(row.block_trade_id),
];

/**
 * Trades that are missing from an answer: those of an instrument are numbered without a gap. The last step is read once more, so nothing is said
 * of it.
 */
function missingTrades(trades: readonly Trade[]): Finding[] {
  const upTo = floorTo(trades.at(-1)?.at ?? 0, MINUTE);
  const whole = trades.filter(({ at }) => at < upTo);
  return [...Map.groupBy(whole, ({ instrument }) => instrument).values()].flatMap((of) => {
    const bySeq = of.toSorted((a, b) => a.seq - b.seq);
    return bySeq.flatMap((trade, i): Finding[] => {
      const before = bySeq[i - 1];
      if (!before || trade.seq <= before.seq + 1) return [];
      const detail = {
        instrument: trade.instrument,
        after: before.seq,
        before: trade.seq,
        trades: trade.seq - before.seq - 1,
      };
      const [time, until] = [Math.min(before.at, trade.at), Math.max(before.at, trade.at) + 1];
      return [{ kind: 'missing-trades', time, until, detail }];
    });
  });
}

/**
 * Whether a page is full of one millisecond: no request can show what else there was in it.
 * @param trades ascending
 */
const isCrowded = (trades: readonly Trade[]): boolean =>
  trades.length >= SMALLEST_PAGE && trades[0]!.at === trades.at(-1)!.at;

const crowded = (trades: readonly Trade[]): Finding => ({
  kind: 'crowded-instant',
  time: trades[0]!.at,
  detail: { trades: trades.length },
});
