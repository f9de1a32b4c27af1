import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { RunSpec } from '../../simulation/run.ts';

type Setting = Required<Pick<RunSpec, 'days' | 'quiet'>> &
  Pick<RunSpec, 'start' | 'history' | 'mean' | 'sources' | 'kinds' | 'past' | 'limits'>;

/** A month after the labels of statistics moved. */
const MONTH = Date.UTC(2026, 6, 1);
/** The files of the month before are out. */
const MONDAY = MONTH + 5 * DAY + 9 * HOUR;

const DEATHS = [
  'function dies after a call',
  'function dies before a call',
  'process dies after a call',
  'invocation refused',
  'answer of an invocation lost',
];

/** Settlements: holes in files and answers, and intervals that change. */
const SETTLEMENTS: Setting = {
  sources: ['funding_binance'],
  kinds: ['archive-hole', 'hole', 'interval-change'],
  past: 12,
  mean: 6,
  days: 0.5,
  quiet: 0.75,
  start: MONDAY,
  history: 14 * DAY,
};

/** Lives: symbols that end, come back or become others. */
const LIVES: Setting = {
  sources: ['klines_spot', 'funding_binance'],
  kinds: ['delisting', 'reused-ticker', 'relist', 'archive-hole', 'outage'],
  past: 4,
  mean: 4,
  days: 1.75,
  quiet: 0.25,
  history: 4 * DAY,
};

/** Tickers that others had before. */
const TICKERS: Setting = {
  sources: ['klines_perp', 'klines_spot'],
  kinds: ['reused-ticker', 'relist'],
  past: 2,
  mean: 0,
  days: 0.1,
  quiet: 0.1,
  history: 5 * DAY,
};

/** Proofs that run out while the venue does not answer. */
const PROOFS: Setting = {
  sources: ['klines_spot', 'funding_binance'],
  kinds: ['hole', 'archive-hole', 'outage'],
  past: 8,
  mean: 120,
  days: 1.5,
  quiet: 0.1,
  history: 1.5 * DAY,
};

/** What is given up: jobs in the middle of their work, and series that nobody follows for a while. */
const GIVEN_UP: Setting = {
  sources: ['klines_perp', 'klines_spot'],
  kinds: [
    'operator cancels an order at once',
    'operator cancels a job',
    'execution stopped',
    'operator unfollows and follows again',
  ],
  mean: 50,
  days: 0.5,
  quiet: 0.1,
  // A month of files of days, which take several commits.
  start: MONTH - 14 * HOUR,
  history: 28 * DAY,
};

/** Files of months that are published again. */
const MONTHS: Setting = {
  sources: ['funding_binance'],
  kinds: ['restated', 'republished'],
  mean: 16,
  days: 0.25,
  quiet: 1.25,
  start: MONDAY,
  history: 14 * DAY,
};

/** New symbols, several at once, while the venue does not always answer. */
const LISTINGS: Setting = {
  sources: ['klines_perp', 'funding_binance'],
  kinds: ['new-listing', 'malformed-answers'],
  mean: 60,
  days: 0.35,
  quiet: 0.4,
  history: HOUR,
};

/** New symbols up to their second settlement. */
const NEWCOMERS: Setting = {
  sources: ['funding_binance'],
  kinds: ['new-listing'],
  mean: 8,
  days: 0.1,
  quiet: 0.75,
  history: HOUR,
};

/** Functions that take too long, one call after the other. */
const LATE: Setting = {
  sources: ['klines_spot', 'funding_binance'],
  kinds: ['late-answers', 'timeouts', 'invocation late', ...DEATHS],
  mean: 400,
  days: 0.75,
  quiet: 0.1,
  history: 5 * DAY,
};

/** Ends of jobs, while those who are to note and announce them cannot. */
const ENDS: Setting = {
  sources: ['klines_spot', 'funding_binance'],
  kinds: [
    'event bus is away',
    'execution stopped',
    'function dies after a call',
    'function dies before a call',
  ],
  mean: 120,
  days: 0.5,
  quiet: 0.1,
  history: DAY,
};

/** Pauses longer than the tail that a refresh looks at. */
const PAUSES: Setting = {
  sources: ['klines_spot', 'funding_binance'],
  kinds: ['host is off'],
  mean: 1.5,
  days: 5,
  quiet: 0.5,
  history: DAY,
};

/**
 * The same for every fault, in turn. Each follows a few series and draws a few kinds of faults, many of each: a run is short then, and
 * meets what a run of everything meets once in a hundred days. What takes long comes last.
 */
const ROTATION: readonly Setting[] = [
  // Answers without a row, where all of the history is ordered.
  {
    sources: ['gex_deribit', 'btc_market_cap'],
    kinds: ['empty-answers'],
    mean: 200,
    days: 0.25,
    quiet: 0.25,
    history: 60 * DAY,
  },
  // Workers that die between two calls, and orders.
  {
    sources: ['klines_spot', 'funding_binance'],
    kinds: [...DEATHS, 'operator orders a stretch'],
    mean: 40,
    days: 0.25,
    quiet: 0.1,
    history: 5 * DAY,
  },
  // Clocks: ours and the venue's.
  {
    sources: ['klines_perp'],
    kinds: ['clock jumps', 'clock-skew'],
    mean: 20,
    days: 0.25,
    quiet: 0.1,
    history: HOUR,
  },
  SETTLEMENTS,
  // Limits that are soon reached.
  {
    sources: ['open_interest_binance', 'ratio_taker_volume', 'funding_binance', 'klines_perp'],
    kinds: ['new-listing', 'operator orders a stretch'],
    limits: 0.006,
    mean: 6,
    days: 0.1,
    quiet: 0.1,
    history: 2 * DAY,
  },
  TICKERS,
  PROOFS,
  // The end of a month, with statistics before and after their labels moved.
  {
    sources: ['klines_spot', 'open_interest_binance', 'ratio_taker_volume'],
    kinds: ['hole', 'archive-hole', 'rest-lag', 'rest-reach'],
    mean: 6,
    days: 0.1,
    quiet: 1.05,
    start: MONTH + 9 * HOUR,
    history: 36 * DAY,
  },
  // Files that are republished.
  {
    sources: ['klines_spot', 'funding_binance'],
    kinds: ['restated', 'republished'],
    mean: 16,
    days: 0.25,
    quiet: 1.25,
    history: 5 * DAY,
  },
  TICKERS,
  SETTLEMENTS,
  PROOFS,
  TICKERS,
  SETTLEMENTS,
  PROOFS,
  LIVES,
  GIVEN_UP,
  MONTHS,
  LISTINGS,
  LATE,
  PAUSES,
  NEWCOMERS,
  // The API forgets statistics after thirty days.
  { days: 0.25, quiet: 1.25, start: MONTH + 9 * HOUR, history: 36 * DAY },
  ENDS,
  // All of it.
  { days: 0.25, quiet: 1.25, mean: 20 },
];

export const settingOf = (seed: number): Setting => ROTATION[(seed - 1) % ROTATION.length]!;
