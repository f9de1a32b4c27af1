import { expect, it } from 'vitest';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { refineByRows } from '../../../functions/core/listing/refine-lives.ts';
import type { ArchiveTier, Source } from '../../../functions/core/series/source.ts';
import { periodsIn } from '../../../functions/core/time/period.ts';
import { DAY, HOUR, iso } from '../../../functions/core/time/time.ts';
import { funding_binance } from '../../../functions/sources/funding/funding_binance.ts';
import { klines_perp } from '../../../functions/sources/klines/klines_perp.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const [FIRST, LAST, END] = [at('2022-03-01T08:00'), at('2022-04-15T09:00'), at('2022-08-01')];

/** Candles from the first trade to the archive's end, of which those after the last trade have none. */
function candles(path: string, last: number): string {
  const [, step, month] = /-(1h|1d|30m)-(\d{4}-\d{2})\.zip$/.exec(path)!;
  const length = { '1h': HOUR, '1d': DAY, '30m': HOUR / 2 }[step!]!;
  const [period] = periodsIn('month', { start: at(`${month}-01`), end: at(`${month}-02`) });
  const from = Math.max(period!.start, Math.floor(FIRST / length) * length);
  const rows: string[] = [];
  for (let open = from; open < Math.min(period!.end, END); open += length) {
    rows.push(`${open},1,1,1,1,0,${open + length - 1},0,${open < last ? 7 : 0},0,0,0`);
  }
  return rows.join('\n');
}

const settlements = (): string => `${at('2022-03-01T16:00')},8,0.0001\n`;

const damaged = new GordonError({
  name: 'PermanentError',
  code: 'corrupt-archive',
  subject: 'x',
  message: 'the zip cannot be read.',
});

interface World {
  readonly source: Source;
  readonly timeframe: '1h' | '30m';
  /** end of the last candle with a trade */
  readonly last?: number;
  /** objects whose paths match are damaged */
  readonly bad?: RegExp;
}

async function refine({ source, timeframe, last = LAST, bad = /never/ }: World) {
  const read: string[] = [];
  const months = periodsIn('month', { start: at('2022-03-01'), end: END });
  const tier = source.tiers.find((one): one is ArchiveTier => one.kind === 'archive')!;
  const listing = {
    listedAt: months[0]!.start,
    delistedAt: END,
    lives: [{ start: months[0]!.start, end: END }],
    byObjects: true,
  };
  const archive = {
    read: async ({ file: { path } }: { readonly file: { readonly path: string } }) => {
      read.push(path.split('/').at(-1)!);
      if (bad.test(path)) throw damaged;
      const text = path.includes('fundingRate') ? settlements() : candles(path, last);
      return {
        sha256: 'x',
        content: (async function* () {
          yield new TextEncoder().encode(text);
        })(),
      };
    },
  };
  const series = { source: source.id, symbol: 'X', timeframe };
  const published = months.map((one) => ({ ...one, tier }));
  const found = await refineByRows(archive, source, series, listing, published);
  return {
    read,
    byObjects: found.byObjects ?? false,
    life: found.lives!.map(({ start, end }) => [iso(start), iso(end)]),
  };
}

const WHOLE = [['2022-03-01T08:00:00Z', '2022-04-15T09:00:00Z']];

it.each<[string, World, readonly (readonly string[])[], boolean]>([
  [
    'to the last candle with a trade, of minutes by way of days',
    { source: klines_perp, timeframe: '30m' },
    WHOLE,
    false,
  ],
  ['to the last candle with a trade, of hours', { source: klines_perp, timeframe: '1h' }, WHOLE, false],
  [
    'to the last row where all were traded',
    { source: klines_perp, timeframe: '1h', last: END },
    [['2022-03-01T08:00:00Z', '2022-08-01T00:00:00Z']],
    false,
  ],
  [
    'of funding to the last traded candle of its perpetual',
    { source: funding_binance, timeframe: '1h' },
    [['2022-03-01T16:00:00Z', '2022-04-15T09:00:00Z']],
    false,
  ],
  [
    'not where a file does not read',
    { source: klines_perp, timeframe: '1h', bad: /2022-06/ },
    [['2022-03-01T08:00:00Z', '2022-08-01T00:00:00Z']],
    true,
  ],
  [
    'not where no candle was ever traded',
    { source: klines_perp, timeframe: '1h', last: 0 },
    [['2022-03-01T08:00:00Z', '2022-08-01T00:00:00Z']],
    true,
  ],
])('moves the borders of a life %s', async (_what, world, life, byObjects) => {
  const { read, ...found } = await refine(world);
  expect(found).toEqual({ life, byObjects });
  expect(new Set(read.filter((name) => name.includes('30m'))).size).toBeLessThanOrEqual(2);
});
