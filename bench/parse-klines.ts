/**
 * How fast the archive's CSV of candles becomes typed arrays: `node bench/parse-klines.ts [rows]`.
 * The rows are made up on the spot in the venue's format; pieces are as large as the unzipper gives them.
 */
import { klineCsvParser } from '../functions/sources/binance/klines/kline-csv.ts';

const rows = Number(process.argv[2] ?? 500_000);
const PIECE = 64 * 1024;
const ROUNDS = 5;

function csvOf(count: number): Uint8Array {
  // A plain linear congruence: the same file in each run, with decimals of the usual lengths.
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const lines: string[] = [];
  const start = Date.UTC(2024, 0);
  for (let i = 0; i < count; i++) {
    const open = start + i * 1000;
    const price = () => (60_000 + random() * 10_000).toFixed(2).padEnd(14, '0');
    const volume = random() * 40;
    const prices = [price(), price(), price(), price()].join(',');
    const taker = `${(volume / 2).toFixed(8)},${(volume * 32_000).toFixed(8)}`;
    const trades = Math.floor(random() * 3000);
    lines.push(
      `${open},${prices},${volume.toFixed(8)},${open + 999},${(volume * 64_000).toFixed(8)},${trades},${taker},0`,
    );
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

const file = csvOf(rows);
for (let round = 1; round <= ROUNDS; round++) {
  const parser = klineCsvParser({ source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1s' });
  const began = performance.now();
  let parsed = 0;
  for (let at = 0; at < file.length; at += PIECE) {
    parsed += parser.push(file.subarray(at, at + PIECE))?.batch.length ?? 0;
  }
  parsed += parser.end()?.batch.length ?? 0;
  const seconds = (performance.now() - began) / 1000;
  if (parsed !== rows) throw new Error(`parsed ${parsed} of ${rows} rows`);
  const perSecond = Math.round(rows / seconds).toLocaleString('en');
  const megabytes = Math.round(file.length / seconds / 1e6);
  console.log(`round ${round}: ${perSecond} rows/s, ${megabytes} MB/s`);
}
