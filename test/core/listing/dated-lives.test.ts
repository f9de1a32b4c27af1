import { describe, expect, it } from 'vitest';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { nameReader, tickerOf } from '../../../functions/core/listing/dated/contract-name.ts';
import { lookUpLives, type Ticker } from '../../../functions/core/listing/dated/look-up-lives.ts';
import type { DatedInstrument } from '../../../functions/core/listing/dated/market.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { periodsIn } from '../../../functions/core/time/period.ts';
import { DAY, floorTo, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { binanceDated } from '../../../functions/sources/binance/dated-markets.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';

const [SPOT, USDM] = binanceDated as [(typeof binanceDated)[0], (typeof binanceDated)[0]];
const at = (text: string): number => Date.parse(text.length === 10 ? text : `${text}Z`);
const NOW = at('2026-03-10');

/** Rows of a file: time and trades. */
type Rows = readonly (readonly [time: number, trades: number])[];

/** An archive of files, and what is requested of it. */
class Archive {
  readonly files = new Map<string, Rows | 'corrupt-archive' | 'connection-failed'>();
  readonly read: string[] = [];

  /** Files of daily candles, and of the minutes of some days. @param trades of a day */
  add(
    folder: string,
    unit: 'month' | 'day',
    [from, to]: readonly [string, string],
    trades: (day: number) => number = () => 100,
    market = 'futures/um',
  ): this {
    const tree = unit === 'month' ? 'monthly' : 'daily';
    for (const { name, start, end } of periodsIn(unit, { start: at(from), end: at(to) })) {
      const days = periodsIn('day', { start: Math.max(start, at(from)), end: Math.min(end, at(to)) });
      const path = `/data/${market}/${tree}/klines/${folder}/1d/${folder}-1d-${name}.zip`;
      this.files.set(
        path,
        days.map((day) => [day.start, trades(day.start)] as const),
      );
    }
    return this;
  }

  /** Minutes of one day, traded from the first to before the last. */
  minutes(folder: string, [from, to]: readonly [string, string], market = 'futures/um'): this {
    const day = iso(floorTo(at(from), DAY)).slice(0, 10);
    const rows = Array.from(
      { length: (at(to) - at(from)) / MINUTE },
      (_, i) => [at(from) + i * MINUTE, 3] as const,
    );
    // A perpetual's file goes on to the end of the day.
    const after = market === 'spot' ? [] : ([[at(to), 0]] as const);
    this.files.set(`/data/${market}/daily/klines/${folder}/1m/${folder}-1m-${day}.zip`, [...rows, ...after]);
    return this;
  }

  readonly ports = {
    venue: {
      get: async ({ query = {} }: HttpRequest) => {
        const { prefix, marker } = query as { prefix: string; marker: string };
        const keys = [...this.files.keys()]
          .map((path) => path.slice(1))
          .filter((key) => key.startsWith(prefix) && key > marker)
          .sort();
        const contents = keys.map(
          (key) =>
            `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`,
        );
        const xml = `<ListBucketResult><Prefix>${prefix}</Prefix><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
        return { status: 200, headers: {}, body: new TextEncoder().encode(xml), asOf: NOW, url: prefix };
      },
    },
    archive: {
      read: async ({ file }: { readonly file: HttpRequest }) => {
        this.read.push(file.path);
        const rows = this.files.get(file.path);
        if (typeof rows === 'string') {
          throw new GordonError({ code: rows, subject: file.path, message: 'it cannot be read.' });
        }
        if (!rows) return undefined;
        const lines = rows.map(([time, trades]) => `${time},1,1,1,1,0,${time + 59_999},0,${trades},0,0,0\n`);
        const bytes = new TextEncoder().encode(lines.join(''));
        return {
          sha256: '',
          content: (async function* () {
            yield bytes;
          })(),
        };
      },
    },
  };
}

const entry = (symbol: string, more: Partial<DatedInstrument> = {}): DatedInstrument => ({
  symbol,
  base: symbol.slice(0, -4),
  quote: 'USDT',
  contract: 'perpetual',
  trading: true,
  ...more,
});

async function lives(archive: Archive, market: typeof USDM, symbol: string, more: Partial<Ticker> = {}) {
  const name = nameReader(market === SPOT ? 'spot' : 'perpetual', market.quotes, [])(symbol);
  const ticker: Ticker = { name, folders: [symbol], entry: undefined, ledger: [], ...more };
  return (await lookUpLives(archive.ports, market, ticker, NOW)).map(({ listedAt, delistedAt, evidence }) => {
    const { listed, delisted, provisional } = evidence;
    return [
      iso(listedAt).slice(0, 16),
      listed.by,
      listed.precision,
      delistedAt === undefined ? null : iso(delistedAt).slice(0, 16),
      ...(delisted ? [delisted.by, delisted.precision] : []),
      ...(provisional ? ['provisional'] : []),
    ];
  });
}

describe('the lives of a perpetual', () => {
  const settled = at('2021-06-10');
  const back = at('2022-11-01');

  it('are two where a silence lies before the date that the list has, though no file lacks', async () => {
    const archive = new Archive()
      .add('CVCUSDT', 'month', ['2020-05-12', '2026-03-01'], (day) => (day <= settled || day >= back ? 5 : 0))
      .minutes('CVCUSDT', ['2020-05-12T07:00', '2020-05-12T07:03'])
      .minutes('CVCUSDT', ['2021-06-10T08:50', '2021-06-10T09:00']);
    const listed = entry('CVCUSDT', { listedAt: at('2022-11-01T08:00') });
    expect(await lives(archive, USDM, 'CVCUSDT', { entry: listed })).toEqual([
      ['2020-05-12T07:00', 'archive', 'minute', '2021-06-10T09:00', 'archive', 'minute'],
      ['2022-11-01T08:00', 'list', 'minute', null],
    ]);
  });

  it('are one where the list dates it later than its first trades', async () => {
    const archive = new Archive().add('BTCUSDT', 'month', ['2019-09-08', '2026-03-01']);
    const listed = entry('BTCUSDT', { listedAt: at('2019-09-25T08:00') });
    expect(await lives(archive, USDM, 'BTCUSDT', { entry: listed })).toEqual([
      ['2019-09-08T00:00', 'archive', 'day', null],
    ]);
  });

  it('begin where the list says if the archive began with a whole day shortly after', async () => {
    const archive = new Archive().add('BTCUSDC', 'day', ['2026-01-04', '2026-03-09']);
    const begin = async (listedAt: number) =>
      (
        await lives(archive, USDM, 'BTCUSDC', { entry: entry('BTCUSDC', { quote: 'USDC', listedAt }) })
      )[0]!.slice(0, 3);
    expect(await begin(at('2026-01-03T10:30'))).toEqual(['2026-01-03T10:30', 'list', 'minute']);
    expect(await begin(at('2025-11-03T10:30'))).toEqual(['2026-01-04T00:00', 'archive', 'day']);
  });

  it('end where the list says, whatever the files go on with', async () => {
    const archive = new Archive().add('EOSUSDT', 'month', ['2020-01-08', '2026-03-01']);
    const ended = entry('EOSUSDT', { trading: false, delistedAt: at('2025-05-21T09:00') });
    expect(await lives(archive, USDM, 'EOSUSDT', { entry: ended })).toEqual([
      ['2020-01-08T00:00', 'archive', 'day', '2025-05-21T09:00', 'list', 'minute'],
    ]);
    expect(archive.read.filter((path) => path.includes('2026'))).toEqual([]);
  });

  it('end with the last trade where the list has forgotten it, however long its files go on', async () => {
    const dead = at('2022-11-15');
    const archive = new Archive()
      .add('FTTUSDT', 'month', ['2020-08-18', '2026-03-01'], (day) => (day <= dead ? 9 : 0))
      .minutes('FTTUSDT', ['2022-11-15T03:00', '2022-11-15T04:30']);
    expect(await lives(archive, USDM, 'FTTUSDT')).toEqual([
      ['2020-08-18T00:00', 'archive', 'day', '2022-11-15T04:30', 'archive', 'minute'],
    ]);
  });

  it('end long before the last of hundreds of files, in few rounds', async () => {
    const archive = new Archive().add('BTCSTUSDT', 'month', ['2018-01-01', '2026-03-01'], (day) =>
      day < at('2018-02-10') ? 9 : 0,
    );
    expect(await lives(archive, USDM, 'BTCSTUSDT')).toEqual([
      ['2018-01-01T00:00', 'archive', 'day', '2018-02-10T00:00', 'archive', 'day'],
    ]);
    expect(new Set(archive.read).size).toBe(archive.read.length - 1);
  });

  it('say how exact they are: a file that cannot be read leaves its month, and an order may know more', async () => {
    const archive = new Archive().add('AUSDT', 'month', ['2021-01-05', '2021-04-20']);
    archive.files.set('/data/futures/um/monthly/klines/AUSDT/1d/AUSDT-1d-2021-04.zip', 'corrupt-archive');
    expect(await lives(archive, USDM, 'AUSDT')).toEqual([
      ['2021-01-05T00:00', 'archive', 'day', '2021-05-01T00:00', 'archive', 'month'],
    ]);
    const ledger = [{ start: at('2021-01-05T10:00'), end: at('2021-04-19T08:00') }];
    expect(await lives(archive, USDM, 'AUSDT', { ledger })).toEqual([
      ['2021-01-05T10:00', 'ledger', 'minute', '2021-04-19T08:00', 'ledger', 'minute'],
    ]);
    // What may be there in a minute is no reason to keep a life that is less exact.
    archive.files.set('/data/futures/um/monthly/klines/AUSDT/1d/AUSDT-1d-2021-04.zip', 'connection-failed');
    await expect(lives(archive, USDM, 'AUSDT')).rejects.toMatchObject({ code: 'connection-failed' });
  });

  it('are those of a delivery contract up to the day in its name', async () => {
    const archive = new Archive().add('BTCUSDT_230331', 'month', ['2022-09-30', '2023-03-31']);
    expect(await lives(archive, USDM, 'BTCUSDT_230331')).toEqual([
      ['2022-09-30T00:00', 'archive', 'day', '2023-03-31T08:00', 'name', 'minute'],
    ]);
  });
});

describe('the lives of a spot symbol', () => {
  const spot = (archive: Archive, unit: 'month' | 'day', from: string, to: string): Archive =>
    archive.add('LUNAUSDT', unit, [from, to], undefined, 'spot');

  it('are two where months lack, and one where days take the place of a month', async () => {
    const reused = spot(
      spot(new Archive(), 'month', '2020-08-21', '2022-05-14'),
      'month',
      '2022-07-31',
      '2026-03-01',
    );
    const listed = entry('LUNAUSDT', { contract: 'spot' });
    expect(await lives(reused, SPOT, 'LUNAUSDT', { entry: listed })).toEqual([
      ['2020-08-21T00:00', 'archive', 'day', '2022-05-14T00:00', 'archive', 'day'],
      ['2022-07-31T00:00', 'archive', 'day', null],
    ]);
    spot(reused, 'day', '2022-05-14', '2022-07-31');
    expect(await lives(reused, SPOT, 'LUNAUSDT', { entry: listed })).toEqual([
      ['2020-08-21T00:00', 'archive', 'day', null],
    ]);
  });

  it('last through a halt while its files are new, and end provisionally once no list has it', async () => {
    const archive = spot(new Archive(), 'day', '2026-01-20', '2026-03-09');
    const halted = entry('LUNAUSDT', { contract: 'spot', trading: false });
    expect(await lives(archive, SPOT, 'LUNAUSDT', { entry: halted })).toEqual([
      ['2026-01-20T00:00', 'archive', 'day', null],
    ]);
    expect(await lives(archive, SPOT, 'LUNAUSDT')).toEqual([
      ['2026-01-20T00:00', 'archive', 'day', '2026-03-09T00:00', 'archive', 'day', 'provisional'],
    ]);
  });

  it('begin when a list first had it, as long as there is no file', async () => {
    const listed = entry('SOONUSDT', { contract: 'spot' });
    expect(
      await lives(new Archive(), SPOT, 'SOONUSDT', {
        entry: listed,
        folders: [],
        firstListedAt: at('2026-03-09T12:00'),
      }),
    ).toEqual([['2026-03-09T12:00', 'history', 'day', null]]);
    expect(await lives(new Archive(), SPOT, 'SOONUSDT', { entry: listed, folders: [] })).toEqual([]);
  });
});

describe('the name of a folder', () => {
  it.each([
    ['ICPUSDT_SETTLED', 'ICPUSDT'],
    ['TLMUSDTSETTLED', 'TLMUSDT'],
    ['AERGOUSDTSETTLEDSETTLED', 'AERGOUSDT'],
    ['BTCUSDT', 'BTCUSDT'],
    ['牛来USDT', '牛来USDT'],
  ])('%s is that of %s', (folder, ticker) => expect(tickerOf(folder)).toBe(ticker));

  it('is read by the assets that there are', () => {
    const read = nameReader('spot', SPOT.quotes, [entry('LUNAUSDT'), entry('BTCUSDT')]);
    const of = (symbol: string) => [read(symbol).base, read(symbol).quote];
    expect(of('LUNAEUR')).toEqual(['LUNA', 'EUR']);
    expect(of('BTCAEUR')).toEqual(['BTC', 'AEUR']);
    expect(of('BTCTUSD')).toEqual(['BTC', 'TUSD']);
    expect(of('1000CATBNB')).toEqual(['1000CAT', 'BNB']);
    expect(of('币安人生USDT')).toEqual(['币安人生', 'USDT']);
  });

  it.skipIf(recordingsAbsent)('has a quote in every name that was recorded', () => {
    for (const [file, market] of [
      ['spot', SPOT],
      ['um', USDM],
    ] as const) {
      const text = recorded(`binance_archive/earliest_dates_${file}_half.csv`)!;
      const names = text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[1]!);
      const read = nameReader(file === 'spot' ? 'spot' : 'perpetual', market.quotes, []);
      expect(names.filter((name) => read(tickerOf(name)).quote === '')).toEqual([]);
      const dated = names.filter((name) => /_\d{6}$/.test(name));
      expect(dated.filter((name) => read(name).settlesAt === undefined)).toEqual([]);
    }
  });
});
