import type { AggregateStore } from '../../core/aggregates/aggregates.ts';
import { GordonError } from '../../core/errors/errors.ts';
import { withWholeTable } from '../../core/exports/columns.ts';
import type { ExportReader } from '../../core/exports/ports.ts';
import type {
  CandleKeeper,
  CatalogReader,
  FindingBook,
  LivesDue,
  PurgingCatalog,
  ReaderWatch,
  SeriesStore,
} from '../../core/ledger/ports.ts';
import type { UniverseReader, UniverseStore } from '../../core/listing/dated/market.ts';
import type { InstrumentPorts } from '../../core/listing/watch-instruments.ts';
import type { DailyVolumes } from '../../core/orders/dated-symbols.ts';
import type { CoverageQueries } from '../../core/queries/ports.ts';
import type { WatchPorts } from '../../core/schedules/watch-archives.ts';
import type { HistoryPorts } from '../../core/schedules/watch-histories.ts';
import type { LabelBook } from '../../core/series/labels.ts';
import type { Sources } from '../../core/series/source.ts';
import type { Clock } from '../../core/time/time.ts';
import type { ComparisonReader } from '../../core/verify/cross/comparison.ts';
import type { StoredRows } from '../../core/verify/ports.ts';
import { createAggregateStore } from '../../stores/aggregates/aggregates.ts';
import { createCandleKeeper } from '../../stores/kept/keep-candles.ts';
import { createLabelBook } from '../../stores/ledger/labels/label-book.ts';
import { createLivesDue } from '../../stores/ledger/lives.ts';
import { createSeriesCatalog } from '../../stores/ledger/series-catalog.ts';
import { createSeriesStore } from '../../stores/ledger/series-store.ts';
import { createFindingBook } from '../../stores/ledger/spans/findings.ts';
import { type ConnectOptions, connect, type Sql } from '../../stores/postgres/postgres.ts';
import type { Login } from '../../stores/postgres/renewal.ts';
import { UNFILLED } from '../../stores/postgres/roles/logins.ts';
import { createReaderWatch } from '../../stores/postgres/roles/reader-watch.ts';
import { createComparisonReader } from '../../stores/queries/comparisons.ts';
import { createCoverageQueries } from '../../stores/queries/coverage-queries.ts';
import { createExportReader } from '../../stores/queries/export-reader.ts';
import { createSizeSamples, type SizeSamples } from '../../stores/queries/size-samples.ts';
import { createStoredRows } from '../../stores/queries/stored-rows.ts';
import { createDailyVolumes } from '../../stores/universe/daily-volumes.ts';
import { createUniverseReader, createUniverseStore } from '../../stores/universe/universe.ts';
import { createArchiveWatch } from '../../stores/watch/archive-watch.ts';
import { createHistoryWatch } from '../../stores/watch/history-watch.ts';
import { createInstruments } from '../../stores/watch/instruments.ts';
import { type Env, required } from '../env.ts';
import { type Makers, once } from './lazy.ts';

/** What lies in the database. Where this process has none, each of them throws `bad-environment` when it is read. */
export interface DatabasePorts {
  readonly store: SeriesStore;
  readonly catalog: PurgingCatalog;
  /** the same catalogue, by a login that only reads */
  readonly catalogReader: CatalogReader;
  readonly labels: LabelBook;
  readonly findings: FindingBook;
  readonly livesDue: LivesDue;
  readonly instruments: InstrumentPorts['instruments'];
  readonly universe: UniverseStore;
  /** what symbols traded on past days */
  readonly volumes: DailyVolumes;
  /** the universe, by a login that only reads */
  readonly universeReader: UniverseReader;
  readonly watch: WatchPorts['watch'];
  readonly histories: HistoryPorts['histories'];
  readonly readerWatch: ReaderWatch;
  readonly candleKeeper: CandleKeeper;
  readonly sizeSamples: SizeSamples;
  /** reads only, as the database's role has it */
  readonly queries: CoverageQueries;
  readonly stored: StoredRows;
  readonly comparisons: ComparisonReader;
  /** months of series, for exports */
  readonly months: ExportReader;
  readonly aggregates: AggregateStore;
  /** how far they are, by a login that only reads */
  readonly aggregateStatus: Pick<AggregateStore, 'status'>;
  /** @throws GordonError `bad-environment` where this process has no database */
  readonly databaseUrl: () => string;
  /** @throws GordonError `bad-environment`, and what the database's driver throws */
  readonly pingDatabase: () => Promise<void>;
}

export interface DatabaseOptions {
  readonly clock: Clock;
  readonly sources: Sources;
  /** most connections of each pool */
  readonly connections: number;
  /** reads a variable from its secret again; undefined: it has none */
  readonly renew?: ((variable: string) => (() => Promise<string>) | undefined) | undefined;
}

type UrlVariable =
  | 'GORDON_DATABASE_URL'
  | 'GORDON_WRITER_URL'
  | 'GORDON_READER_URL'
  | 'GORDON_AGGREGATES_URL';

/** Makers of the ports of the database, each with the login of its duty. No connection is opened before the first use. */
export function databasePorts(
  env: Env,
  { clock, sources, connections, renew }: DatabaseOptions,
): { readonly makers: Makers<DatabasePorts>; close(): Promise<void> } {
  const pools = new Pools();
  const url = () => required(env, 'GORDON_DATABASE_URL');
  // A role that a session took it can put off again, in the middle of a SELECT; a login of its own has no other.
  const logins = new Map<UrlVariable, string | Login>();
  const login = (variable: UrlVariable): string | Login => {
    const again = renew?.(variable);
    const made =
      logins.get(variable) ??
      (again ? { url: required(env, variable), renew: again } : required(env, variable));
    logins.set(variable, made);
    return made;
  };
  const writer = once(() =>
    env.GORDON_WRITER_URL
      ? pools.open(login('GORDON_WRITER_URL'), { max: connections })
      : pools.open(login('GORDON_DATABASE_URL'), { role: 'gordon_writer', max: connections }),
  );
  const read = (max: number, application: string, unlimited = false) =>
    env.GORDON_READER_URL
      ? pools.open(login('GORDON_READER_URL'), { max, application, unlimited })
      : pools.open(login('GORDON_DATABASE_URL'), { role: 'gordon_reader', max, application, unlimited });
  const reader = once(() => read(connections, 'gordon-data looks'));
  const streams = once(() => read(STREAMS, 'gordon-data streams', true));
  const exporter = once(() => read(2, 'gordon-data export', true));
  const owner = once(() =>
    pools.open(login(env.GORDON_AGGREGATES_URL ? 'GORDON_AGGREGATES_URL' : 'GORDON_DATABASE_URL'), {
      max: 1,
      application: 'gordon-data aggregates',
    }),
  );
  const ledger = { tables: (id: string) => sources[id]!.table, clock };
  return {
    makers: {
      store: () => createSeriesStore(writer(), ledger),
      catalog: () => createSeriesCatalog(writer(), ledger),
      catalogReader: () => createSeriesCatalog(reader(), ledger),
      findings: () => createFindingBook(writer(), clock),
      labels: () => createLabelBook(writer(), clock),
      livesDue: () => createLivesDue(writer()),
      instruments: () => createInstruments(writer(), clock),
      universe: () => createUniverseStore(writer()),
      volumes: () => createDailyVolumes(writer(), ledger.tables),
      universeReader: () => createUniverseReader(reader()),
      watch: () => createArchiveWatch(writer(), ledger),
      histories: () => createHistoryWatch(writer(), ledger),
      readerWatch: () => createReaderWatch(writer()),
      candleKeeper: () => createCandleKeeper(writer(), { sources, clock }),
      sizeSamples: () => createSizeSamples(writer(), clock),
      queries: () => createCoverageQueries(reader(), streams()),
      stored: () => createStoredRows(reader(), ledger.tables),
      comparisons: () => createComparisonReader(writer(), ledger.tables),
      months: () => createExportReader(exporter(), (id) => withWholeTable(sources, sources[id]!).table),
      aggregates: () => createAggregateStore({ sql: writer(), owner: owner(), clock }),
      aggregateStatus: () => createAggregateStore({ sql: reader(), owner: reader(), clock }),
      databaseUrl: () => url,
      pingDatabase: () => async () => {
        await reader()`select 1 from market_data.series limit 1`;
      },
    },
    close: () => pools.close(),
  };
}

/** Answers that are streamed at the same time; each holds a connection for as long as its reader takes. */
const STREAMS = 4;

const unmade = (): GordonError =>
  new GordonError({
    code: 'login-unmade',
    subject: 'the database',
    status: 503,
    message: 'no migration has made the login of this function yet.',
  });

/** The pools that somebody needed. */
class Pools {
  readonly #open: Sql[] = [];
  #closed = false;

  open(login: string | Login, options: ConnectOptions): Sql {
    if ((typeof login === 'string' ? login : login.url) === UNFILLED) throw unmade();
    const pool = connect(login, options);
    // A handler that is still at work when its host ends gets no connection that nobody closes.
    if (this.#closed) void pool.end({ timeout: 0 });
    this.#open.push(pool);
    return pool;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#open.map((pool) => pool.end({ timeout: 5 })));
  }
}
