import { DAY, HOUR } from '../../functions/core/time/time.ts';
import { businessDay, type Calendar, nthWeekday } from './calendar.ts';
import { LEVELS } from './levels.ts';

type Frequency = 'daily' | 'business' | 'weekly' | 'monthly';

export interface Series {
  readonly id: string;
  readonly title: string;
  readonly frequency: Frequency;
  /** as `/fred/series` spells it */
  readonly frequencyNames: readonly [frequency: string, short: string];
  readonly units: readonly [units: string, short: string];
  readonly adjusted: boolean;
  /** first observation, epoch ms; of SP500 only ten years are kept */
  readonly first: number;
  readonly keptYears?: number;
  /** holidays of a business-day series: rows with the value `.` */
  readonly calendar?: Calendar;
  readonly digits: number;
  /** relative noise, and the least value */
  readonly noise: number;
  readonly floor: number;
  /** epoch ms at which the observation of a day comes out */
  readonly published: (day: number) => number;
  /** epoch ms of the second vintage and its relative change; absent: never revised */
  readonly revised?: { readonly at: (day: number) => number; readonly by: number; readonly share: number };
  /** first day with vintages, epoch ms; absent: the series has none but today's */
  readonly archivedFrom?: number;
}

const monthAfter = (day: number, months = 1): [year: number, month: number] => {
  const d = new Date(day);
  const moved = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + months));
  return [moved.getUTCFullYear(), moved.getUTCMonth()];
};

const nextBusinessDay = (hours: number) => (day: number) => businessDay(day + DAY) + hours * HOUR;
const twelfth = (day: number, months = 1): number =>
  businessDay(Date.UTC(...monthAfter(day, months), 12)) + 12.5 * HOUR;
const fourthTuesday = (day: number, months = 1): number =>
  nthWeekday(...monthAfter(day, months), 2, 4) + 17 * HOUR;
const firstFriday = (day: number): number => nthWeekday(...monthAfter(day), 5, 1) + 12.5 * HOUR;
/** Monday evening, the whole week before */
const mondayAfter = (day: number): number =>
  businessDay(day + ((8 - new Date(day).getUTCDay()) % 7 || 7) * DAY) + 20.25 * HOUR;

const PERCENT = ['Percent', '%'] as const;
const DOLLARS_M = ['Millions of U.S. Dollars', 'Mil. of U.S. $'] as const;
const DAILY = ['Daily', 'D'] as const;
const DAILY_7 = ['Daily, 7-Day', 'D'] as const;
const DAILY_CLOSE = ['Daily, Close', 'D'] as const;
const WEDNESDAY = ['Weekly, As of Wednesday', 'W'] as const;
const WEEK_AVERAGE = ['Weekly, Ending Wednesday', 'W'] as const;
const MONTHLY = ['Monthly', 'M'] as const;

const at = (day: string): number => Date.parse(day);

interface Rest
  extends Partial<
    Pick<Series, 'adjusted' | 'keptYears' | 'calendar' | 'floor' | 'revised' | 'archivedFrom'>
  > {
  readonly first: string;
  readonly noise: number;
  readonly published: Series['published'];
}

const series = (
  id: string,
  title: string,
  frequency: Frequency,
  frequencyNames: Series['frequencyNames'],
  units: Series['units'],
  digits: number,
  { first, ...rest }: Rest,
): Series => ({
  id,
  title,
  frequency,
  frequencyNames,
  units,
  digits,
  adjusted: false,
  floor: 0,
  ...rest,
  first: at(first),
});

/** of the two yields and so of their difference */
export const BOND_NOISE = 0.012;
const bond = {
  calendar: 'bank',
  noise: BOND_NOISE,
  published: nextBusinessDay(21.25),
  archivedFrom: at('2005-06-28'),
} as const;

export const SERIES: readonly Series[] = [
  series('DFF', 'Federal Funds Effective Rate', 'daily', DAILY_7, PERCENT, 2, {
    first: LEVELS.DFF[0][0],
    noise: 0.004,
    floor: 0.04,
    published: nextBusinessDay(14),
    archivedFrom: at('2005-06-28'),
  }),
  series(
    'DGS10',
    'Market Yield on U.S. Treasury Securities at 10-Year Constant Maturity',
    'business',
    DAILY,
    PERCENT,
    2,
    {
      first: LEVELS.DGS10[0][0],
      ...bond,
    },
  ),
  series(
    'DGS2',
    'Market Yield on U.S. Treasury Securities at 2-Year Constant Maturity',
    'business',
    DAILY,
    PERCENT,
    2,
    {
      first: LEVELS.DGS2[0][0],
      ...bond,
    },
  ),
  series(
    'T10Y2Y',
    '10-Year Treasury Constant Maturity Minus 2-Year Treasury Constant Maturity',
    'business',
    DAILY,
    PERCENT,
    2,
    {
      first: LEVELS.DGS2[0][0],
      ...bond,
      floor: -Infinity,
    },
  ),
  series(
    'CPIAUCSL',
    'Consumer Price Index for All Urban Consumers: All Items in U.S. City Average',
    'monthly',
    MONTHLY,
    ['Index 1982-1984=100', 'Index 1982-1984=100'],
    3,
    {
      first: LEVELS.CPIAUCSL[0][0],
      adjusted: true,
      noise: 0.000_6,
      published: (day) => twelfth(day),
      // New seasonal factors every February, with January's value.
      revised: {
        at: (day) => twelfth(Date.UTC(new Date(day).getUTCFullYear() + 1, 0, 1)),
        by: 0.001,
        share: 1,
      },
      archivedFrom: at('1972-07-21'),
    },
  ),
  series('M2SL', 'M2', 'monthly', MONTHLY, ['Billions of Dollars', 'Bil. of $'], 1, {
    first: LEVELS.M2SL[0][0],
    adjusted: true,
    noise: 0.001,
    published: (day) => fourthTuesday(day),
    revised: { at: (day) => fourthTuesday(day, 2), by: 0.0015, share: 1 },
    archivedFrom: at('1979-11-01'),
  }),
  series('UNRATE', 'Unemployment Rate', 'monthly', MONTHLY, PERCENT, 1, {
    first: LEVELS.UNRATE[0][0],
    adjusted: true,
    noise: 0.015,
    published: firstFriday,
    archivedFrom: at('1960-03-15'),
  }),
  series(
    'WALCL',
    'Assets: Total Assets: Total Assets (Less Eliminations from Consolidation): Wednesday Level',
    'weekly',
    WEDNESDAY,
    DOLLARS_M,
    0,
    {
      first: LEVELS.WALCL[0][0],
      noise: 0.004,
      published: nextBusinessDay(20.5),
      revised: { at: (day) => businessDay(day + 8 * DAY) + 20.5 * HOUR, by: 0.000_2, share: 0.3 },
      archivedFrom: at('2009-06-04'),
    },
  ),
  series(
    'WTREGEN',
    'Liabilities and Capital: Liabilities: Deposits with F.R. Banks, Other Than Reserve Balances: U.S. Treasury, General Account: Week Average',
    'weekly',
    WEEK_AVERAGE,
    DOLLARS_M,
    0,
    {
      first: LEVELS.WTREGEN[0][0],
      noise: 0.08,
      published: nextBusinessDay(20.5),
      archivedFrom: at('2009-06-04'),
    },
  ),
  series(
    'RRPONTSYD',
    'Overnight Reverse Repurchase Agreements: Treasury Securities Sold by the Federal Reserve in the Temporary Open Market Operations',
    'business',
    DAILY,
    ['Billions of US Dollars', 'Bil. of US $'],
    3,
    {
      first: LEVELS.RRPONTSYD[0][0],
      calendar: 'bank',
      noise: 0.06,
      published: (day) => day + 18.4 * HOUR,
      archivedFrom: at('2014-06-02'),
    },
  ),
  series(
    'DTWEXBGS',
    'Nominal Broad U.S. Dollar Index',
    'business',
    DAILY,
    ['Index Jan 2006=100', 'Index Jan 2006=100'],
    4,
    {
      first: LEVELS.DTWEXBGS[0][0],
      calendar: 'bank',
      noise: 0.004,
      published: mondayAfter,
      archivedFrom: at('2019-02-04'),
    },
  ),
  series('VIXCLS', 'CBOE Volatility Index: VIX', 'business', DAILY_CLOSE, ['Index', 'Index'], 2, {
    first: LEVELS.VIXCLS[0][0],
    calendar: 'exchange',
    noise: 0.08,
    floor: 9,
    published: nextBusinessDay(13.6),
    archivedFrom: at('2010-10-01'),
  }),
  series('SP500', 'S&P 500', 'business', DAILY_CLOSE, ['Index', 'Index'], 2, {
    first: LEVELS.SP500[0][0],
    keptYears: 10,
    calendar: 'exchange',
    noise: 0.01,
    // Seven in the evening in St. Louis is the next day of UTC.
    published: (day) => day + 24.2 * HOUR,
  }),
];

export const seriesOf = (id: string): Series | undefined => SERIES.find((s) => s.id === id);
