import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { AggregateStore } from '../../functions/core/aggregates/aggregates.ts';
import type { LivesDue, PurgingCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { LedgerEntry } from '../../functions/core/queries/ports.ts';
import type { LabelBook } from '../../functions/core/series/labels.ts';
import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { type TableSpec, timeColumn } from '../../functions/core/series/table.ts';
import type { Instruments } from '../../functions/core/series/universe.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import type { ArchiveWatch } from '../../functions/core/verify/archive-watch.ts';
import type { HistoryWatch } from '../../functions/core/verify/history-watch.ts';
import { createAggregateStore } from '../../functions/stores/aggregates/aggregates.ts';
import { createLabelBook } from '../../functions/stores/ledger/labels/label-book.ts';
import { createLivesDue } from '../../functions/stores/ledger/lives.ts';
import { createSeriesCatalog } from '../../functions/stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { ownRows, toMultirange } from '../../functions/stores/postgres/fragments.ts';
import { createArchiveWatch } from '../../functions/stores/watch/archive-watch.ts';
import { createHistoryWatch } from '../../functions/stores/watch/history-watch.ts';
import { createInstruments } from '../../functions/stores/watch/instruments.ts';
import { createMemorySeriesCatalog } from '../../simulation/memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../../simulation/memory/ledger/series-store.ts';
import { MemoryWarehouse } from '../../simulation/memory/ledger/warehouse.ts';
import { createMemoryAggregates } from '../../simulation/memory/watch/aggregates.ts';
import { createMemoryArchiveWatch } from '../../simulation/memory/watch/archive-watch.ts';
import { createMemoryHistoryWatch } from '../../simulation/memory/watch/history-watch.ts';
import { createMemoryInstruments } from '../../simulation/memory/watch/instruments.ts';
import { createMemoryLabelBook } from '../../simulation/memory/watch/labels.ts';
import { createMemoryLivesDue } from '../../simulation/memory/watch/lives-due.ts';
import { createTestDatabase } from '../helpers/database.ts';
import { SPOT, T0 } from '../stores/klines.ts';

/** Rows of one table and their ledger, with a clock that stands still. Times are epoch ms. */
export interface WarehouseUnderTest {
  now: number;
  readonly store: SeriesStore;
  readonly catalog: PurgingCatalog;
  /** a catalogue on another clock */
  catalogOn(clock: Clock): PurgingCatalog;
  readonly archives: ArchiveWatch;
  readonly histories: HistoryWatch;
  readonly instruments: Instruments;
  readonly livesDue: LivesDue;
  readonly labels: LabelBook;
  readonly aggregates: Pick<AggregateStore, 'pendingRefreshes' | 'markRefreshed'>;
  clear(): Promise<void>;
  /** all rows, or those of a symbol, by time: cells by their columns, instants as epoch ms */
  rows(symbol?: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** the ledger of all series, or of a symbol, by beginning and state */
  spans(symbol?: string): Promise<readonly LedgerEntry[]>;
  /** of all series, or of a symbol, by kind */
  findings(
    symbol?: string,
  ): Promise<readonly { readonly kind: string; readonly time: number | null; readonly detail: unknown }[]>;
  isFollowed(series: Series): Promise<boolean>;
  /** requests of jobs that have not ended */
  openRequests(): Promise<number>;
  closedJobs(): Promise<readonly string[]>;
  /** rows that venues restated, of a symbol, in the order in which they were entered */
  changes(symbol: string): Promise<readonly { readonly was: unknown; readonly became: unknown }[]>;
  /** as an operator deletes rows by hand */
  loseRows(series: Series, set: RangeSet): Promise<void>;
  /** as an operator restores an older ledger: no span is left that begins at `from` or later */
  forgetSpans(from: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One warehouse for a suite, emptied before each test. @param now its clock when a test begins, epoch ms @param take gets it, once */
export function useWarehouse(
  make: MakeWarehouse,
  now: number,
  take: (made: WarehouseUnderTest) => void,
): void {
  let at: WarehouseUnderTest;
  beforeAll(async () => {
    at = await make();
    take(at);
  });
  afterAll(() => at[Symbol.asyncDispose]());
  beforeEach(async () => {
    at.now = now;
    await at.clear();
  });
}

/** @param table candles by default */
export type MakeWarehouse = (table?: TableSpec) => Promise<WarehouseUnderTest>;

const TABLES = [
  'coverage',
  'closed_jobs',
  'findings',
  'series',
  'open_requests',
  'retention',
  'row_changes',
  'recounts',
  'instruments',
  'label_rules',
  'label_checks',
  'refreshed_jobs',
];

export const postgresWarehouse: MakeWarehouse = async (table = SPOT) => {
  const time = timeColumn(table);
  const database = await createTestDatabase();
  const owner = database.connect();
  const sql = database.connect({ role: 'gordon_writer' });
  const options = { tables: () => table, clock: () => at.now };
  const ofSymbol = (symbol: string | undefined) =>
    symbol === undefined ? sql`true` : sql`symbol = ${symbol}`;
  const at: WarehouseUnderTest = {
    now: T0,
    store: createSeriesStore(sql, options),
    catalog: createSeriesCatalog(sql, options),
    catalogOn: (clock) => createSeriesCatalog(sql, { ...options, clock }),
    archives: createArchiveWatch(sql, options),
    histories: createHistoryWatch(sql, options),
    instruments: createInstruments(sql, options.clock),
    livesDue: createLivesDue(sql),
    labels: createLabelBook(sql, options.clock),
    aggregates: createAggregateStore({ sql, owner: sql, clock: options.clock }),
    async clear() {
      for (const name of [table.name, ...TABLES]) await owner`delete from market_data.${owner(name)}`;
    },
    async rows(symbol) {
      const rows = await sql<Record<string, unknown>[]>`
        select * from market_data.${sql(table.name)} where ${ofSymbol(symbol)} order by ${sql(time)}, symbol`;
      return rows.map((row) => ({ ...row, [time]: (row[time] as Date).getTime() }));
    },
    async spans(symbol) {
      return await sql<LedgerEntry[]>`
        select (extract(epoch from lower(span)) * 1000)::float8 as start,
          (extract(epoch from upper(span)) * 1000)::float8 as "end", state, reason, evidence, rows, object, sha256,
          job_id as "jobId", chunk, (extract(epoch from fetched_at) * 1000)::float8 as "fetchedAt"
        from market_data.coverage where ${ofSymbol(symbol)} order by lower(span), state`;
    },
    async findings(symbol) {
      return await sql<{ kind: string; time: number | null; detail: unknown }[]>`
        select kind, (extract(epoch from time) * 1000)::float8 as time, detail
        from market_data.findings where ${ofSymbol(symbol)} order by kind`;
    },
    async isFollowed({ source, symbol, timeframe }) {
      const [row] = await sql<{ followed: boolean }[]>`
        select followed from market_data.series
        where source = ${source} and symbol = ${symbol} and timeframe = ${timeframe}`;
      return row!.followed;
    },
    async openRequests() {
      const [row] = await sql<{ n: number }[]>`select count(*)::int as n from market_data.open_requests`;
      return row!.n;
    },
    async closedJobs() {
      const rows = await sql<{ job_id: string }[]>`select job_id from market_data.closed_jobs order by 1`;
      return rows.map(({ job_id }) => job_id);
    },
    async changes(symbol) {
      return await sql<{ was: unknown; became: unknown }[]>`
        select was, became from market_data.row_changes where symbol = ${symbol} order by id`;
    },
    async loseRows(series, set) {
      await sql`
        delete from market_data.${sql(table.name)} t where ${ownRows(sql, table, series)}
          and t.${sql(time)} <@ any (select unnest(${toMultirange(set)}::tstzmultirange))`;
    },
    async forgetSpans(from) {
      await sql`delete from market_data.coverage where lower(span) >= ${new Date(from)}`;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return at;
};

export const memoryWarehouse: MakeWarehouse = async (table = SPOT) => {
  let warehouse = new MemoryWarehouse(() => table);
  const clock = () => at.now;
  const books = (symbol?: string) =>
    warehouse.books().filter(({ series }) => symbol === undefined || series.symbol === symbol);
  // Stores of the warehouse that is there now: to clear it is to have another one.
  const latest = <Store extends object>(make: (of: MemoryWarehouse) => Store): Store =>
    new Proxy({} as Store, { get: (_, name) => Reflect.get(make(warehouse), name) });
  const at: WarehouseUnderTest = {
    now: T0,
    store: latest((of) => createMemorySeriesStore(of, clock)),
    catalog: latest((of) => createMemorySeriesCatalog(of, clock)),
    catalogOn: (other) => latest((of) => createMemorySeriesCatalog(of, other)),
    archives: latest((of) => createMemoryArchiveWatch(of, clock)),
    histories: latest((of) => createMemoryHistoryWatch(of, clock)),
    instruments: latest((of) => createMemoryInstruments(of, clock)),
    livesDue: latest((of) => createMemoryLivesDue(of)),
    labels: latest((of) => createMemoryLabelBook(of)),
    aggregates: latest((of) => createMemoryAggregates(of, clock)),
    clear: async () => {
      warehouse = new MemoryWarehouse(() => table);
    },
    rows: async (symbol) => {
      // Series of several sources share the table.
      const rows = new Set(books(symbol).flatMap(({ series }) => warehouse.rows.within(series)));
      return [...rows]
        .sort((a, b) => a.time - b.time)
        .map(({ cells }) => Object.fromEntries(table.columns.map(({ name }, c) => [name, cells[c]])));
    },
    spans: async (symbol) =>
      books(symbol)
        .flatMap(({ spans }) => spans)
        .sort((a, b) => a.start - b.start || (a.state < b.state ? -1 : 1)),
    findings: async (symbol) =>
      books(symbol)
        .flatMap(({ findings }) => [...findings.values()])
        .map(({ kind, time, detail }) => ({ kind, time: time ?? null, detail }))
        .sort((a, b) => (a.kind < b.kind ? -1 : 1)),
    isFollowed: async (series) => {
      const found = books().find((book) => seriesLabel(book.series) === seriesLabel(series));
      return found!.record!.followed;
    },
    openRequests: async () => books().reduce((sum, { open }) => sum + open.size, 0),
    closedJobs: async () => [...warehouse.closedJobs.keys()].sort(),
    changes: async (symbol) =>
      books(symbol)
        .flatMap(({ changes }) => changes)
        .map(({ was, became }) => ({ was, became })),
    loseRows: async (series, set) => warehouse.deleteRows(series, set),
    forgetSpans: async (from) => {
      for (const book of books()) book.spans = book.spans.filter(({ start }) => start < from);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return at;
};
