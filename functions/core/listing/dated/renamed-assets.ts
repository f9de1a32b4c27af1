/**
 * Assets that have another ticker now, as the venue's archive and its announcements show them. Nothing is joined by this list: a
 * ratio may be wrong, a contract another, and what follows is the user's choice.
 */
export interface RenamedAsset {
  readonly contract: 'spot' | 'perpetual';
  readonly from: string;
  readonly to: string;
  /** units of `to` for one unit of `from`; undefined: not one number */
  readonly ratio: number | undefined;
  /** of the ratio: `recorded` in prices, `reported` by the venue, `assumed` from general knowledge */
  readonly certainty: 'recorded' | 'reported' | 'assumed';
  /** when the series in USDT ended and began; UTC, absent where it is not known */
  readonly ended?: string;
  readonly began?: string;
  readonly note: string;
}

type Dates = readonly [ended?: string | undefined, began?: string | undefined];

function renamed(
  from: string,
  to: string,
  ratio: number | undefined,
  certainty: RenamedAsset['certainty'],
  dates: { readonly spot?: Dates; readonly perpetual?: Dates },
  note = 'the asset has another ticker',
): RenamedAsset[] {
  return (['spot', 'perpetual'] as const).flatMap((contract) => {
    const at = dates[contract];
    if (!at) return [];
    const [ended, began] = at;
    return [{ contract, from, to, ratio, certainty, note, ...(ended && { ended }), ...(began && { began }) }];
  });
}

/** The same ticker with another unit: trading paused, and the price was another one after it. */
const redenominated = (
  ticker: string,
  ratio: number,
  contract: 'spot' | 'perpetual' = 'spot',
  dates: Dates = [],
) =>
  renamed(
    ticker,
    ticker,
    ratio,
    'recorded',
    { [contract]: dates },
    'the ticker stayed, its unit is another one',
  );

export const RENAMED_ASSETS: readonly RenamedAsset[] = [
  ...renamed(
    'BCC',
    'BCH',
    1,
    'assumed',
    { spot: ['2018-11-15', '2019-11-28T10:00:00Z'] },
    'a fork, by way of BCHABC',
  ),
  ...renamed('BCHSV', 'BSV', 1, 'reported', { spot: ['2019-04-22'] }),
  ...renamed('VEN', 'VET', 100, 'assumed', { spot: [undefined, '2018-07-25'] }),
  ...renamed('STORM', 'STMX', 10, 'assumed', { spot: [] }),
  ...renamed('ERD', 'EGLD', 0.001, 'assumed', { spot: [undefined, '2020-09-03'] }),
  ...renamed('LEND', 'AAVE', 0.01, 'assumed', {
    spot: [undefined, '2020-10-15T03:00:00Z'],
    perpetual: [undefined, '2020-10-16'],
  }),
  ...renamed('STRAT', 'STRAX', 1, 'reported', { spot: [undefined, '2020-11-18'] }),
  ...renamed('XZC', 'FIRO', 1, 'reported', { spot: [undefined, '2021-01-29'] }),
  ...renamed('NPXS', 'PUNDIX', 0.001, 'assumed', { spot: [undefined, '2021-04-09'] }),
  ...renamed('PAX', 'USDP', 1, 'reported', { spot: [undefined, '2021-09-10'] }),
  ...renamed('BZRX', 'OOKI', 10, 'assumed', {
    spot: [undefined, '2021-12-24'],
    perpetual: ['2021-12-19T02:00:00Z'],
  }),
  ...renamed('BTT', 'BTTC', 1_000, 'reported', { spot: [undefined, '2022-01-25'] }),
  ...renamed('BTT', '1000BTTC', 1, 'reported', { perpetual: [] }, 'the price is that of a thousand BTTC'),
  ...renamed('NANO', 'XNO', 1, 'reported', { spot: [undefined, '2022-01-28'] }),
  ...renamed('KEEP', 'T', undefined, 'reported', { spot: [undefined, '2022-02-25'] }, 'KEEP and NU became T'),
  ...renamed('NU', 'T', undefined, 'reported', { spot: [undefined, '2022-02-25'] }, 'KEEP and NU became T'),
  ...renamed(
    'LUNA',
    'LUNC',
    1,
    'reported',
    { spot: ['2022-05-13', '2022-09-09'] },
    'a new chain took the ticker LUNA: LUNAUSDT from 2022-05-31 on is another asset',
  ),
  ...renamed(
    'LUNA',
    '1000LUNC',
    0.001,
    'reported',
    { perpetual: ['2022-05-12T15:30:00Z', '2022-09-09'] },
    'the price is that of a thousand LUNC; LUNA2 is another asset',
  ),
  ...renamed('TOMO', 'VIC', 1, 'reported', {
    spot: [undefined, '2023-11-24'],
    perpetual: ['2023-11-14', '2025-03-12'],
  }),
  ...renamed('MC', 'BEAMX', 100, 'assumed', { spot: [undefined, '2023-11-14'] }),
  ...renamed(
    'AGIX',
    'FET',
    0.43,
    'assumed',
    { spot: [], perpetual: ['2024-06-25'] },
    'merged into FET, which kept its name',
  ),
  ...renamed(
    'OCEAN',
    'FET',
    0.43,
    'assumed',
    { spot: [], perpetual: ['2024-06-25'] },
    'merged into FET, which kept its name',
  ),
  ...renamed('RNDR', 'RENDER', 1, 'reported', {
    spot: [undefined, '2024-07-26'],
    perpetual: ['2024-07-16', '2024-07-26'],
  }),
  ...renamed('GAL', 'G', 60, 'assumed', {
    spot: [undefined, '2024-07-19'],
    perpetual: [undefined, '2024-08-15'],
  }),
  ...renamed('MATIC', 'POL', 1, 'reported', {
    spot: ['2024-09-10T03:00:00Z', '2024-09-13T10:00:00Z'],
    perpetual: ['2024-09-04', '2024-09-13T10:00:00Z'],
  }),
  ...renamed('KLAY', 'KAIA', 1, 'reported', {
    spot: [undefined, '2024-10-31'],
    perpetual: [undefined, '2024-12-04'],
  }),
  ...renamed('FTM', 'S', 1, 'reported', {
    spot: ['2025-01-13T03:00:00Z', '2025-01-16T08:00:00Z'],
    perpetual: ['2025-01-06', '2025-01-16T08:00:00Z'],
  }),
  ...renamed('DAR', 'D', 1, 'reported', {
    spot: [undefined, '2025-01-09'],
    perpetual: [undefined, '2025-01-09'],
  }),
  ...renamed('BNX', 'FORM', 1, 'reported', {
    spot: [undefined, '2025-03-19'],
    perpetual: ['2025-03-17T09:00:00Z', '2025-03-19'],
  }),
  ...renamed('EOS', 'A', 1, 'reported', { spot: [], perpetual: ['2025-05-21'] }),
  ...renamed('MKR', 'SKY', 24_000, 'assumed', { spot: [], perpetual: ['2025-09-08'] }),
  ...renamed('OM', 'MANTRA', 4, 'reported', { perpetual: ['2026-03-02', '2026-03-04'] }),
  ...redenominated('BNX', 100, 'perpetual', ['2023-02-11T04:00:00Z', '2023-02-22T14:45:00Z']),
  ...redenominated('BNX', 100),
  ...redenominated('COCOS', 0.001),
  ...redenominated('DREP', 0.01),
  ...redenominated('QUICK', 1_000),
  ...redenominated('SUN', 1_000),
  ...redenominated('VIDT', 10),
];
