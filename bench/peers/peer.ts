import type { Sql } from '../../functions/stores/postgres/postgres.ts';

/** A symbol-year of spot candles: the same order for every peer, in each one's spelling. */
export const WANTED = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  year: 2025,
  from: '2025-01-01',
  to: '2026-01-01',
  rows: 525_600,
} as const;

/** What each run is given: one simulator and one database for all, the table empty. */
export interface Testbed {
  /** base URLs of the simulated venue */
  readonly venue: { readonly archive: string; readonly listing: string; readonly rest: string };
  readonly databaseUrl: string;
  readonly sql: Sql;
  /** the very rows of the table as files, for those who only write them: PostgreSQL's binary COPY, and CSV in two halves */
  readonly copies: { readonly binary: string; readonly csv: readonly string[] };
  /** an empty folder of this run's own */
  readonly folder: string;
}

export interface Outcome {
  readonly seconds: number;
  /** different minutes of the window that are there in the end: counted where they ended up, after the clock stopped */
  readonly rows: number;
}

export interface Ready {
  readonly version?: string;
  run(testbed: Testbed): Promise<Outcome>;
}

/** Why it cannot run on this machine, and what would help. */
export interface Missing {
  readonly missing: string;
}

export interface Place {
  /** where what is installed stays between runs */
  readonly folder: string;
  /** whether what is not there yet may be brought from its registry */
  readonly mayInstall: boolean;
  say(line: string): void;
}

export interface Description {
  readonly name: string;
  /** where the rows end up */
  readonly to: string;
  /** of what gordon-data does meanwhile */
  readonly leavesOut: string;
  /** what was changed in it, so that it loads this window from the simulator */
  readonly changed?: string;
  /** it gets the rows from the venue; without it they lie ready */
  readonly fetches?: boolean;
  /** it takes long: one round is enough */
  readonly once?: boolean;
}

/** Another way to get the same rows. */
export interface Peer extends Description {
  prepare(place: Place): Promise<Ready | Missing>;
}

/** Measures what writes into the table. */
export async function intoTable(sql: Sql, work: () => Promise<unknown>): Promise<Outcome> {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const { symbol, from, to } = WANTED;
  const [{ rows }] = (await sql`
    select count(*)::int8 as rows from market_data.spot_klines
    where symbol = ${symbol} and timeframe = '1m' and open_time >= ${from}::timestamptz and open_time < ${to}::timestamptz`) as never as [
    { rows: number },
  ];
  return { seconds, rows };
}
