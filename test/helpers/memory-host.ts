import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import type { EndedExecution, Workflow } from '../../functions/core/jobs/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { canonicalLine, asObject as namedCells } from '../../functions/core/verify/canonical.ts';
import { functions } from '../../functions/manifest.ts';
import { createServices, type Services } from '../../functions/runtime/services.ts';
import { sources } from '../../functions/sources/index.ts';
import { type LoadedFunctions, loadFunctions } from '../../host/functions.ts';
import { startApiServer } from '../../host/http/api-server.ts';
import { readMachine } from '../../simulation/machine/definition.ts';
import { interpret } from '../../simulation/machine/interpret.ts';
import {
  createMemoryCoverageQueries,
  createMemoryStoredRows,
} from '../../simulation/memory/ledger/reading.ts';
import { createMemorySeriesCatalog } from '../../simulation/memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../../simulation/memory/ledger/series-store.ts';
import { type KeptFinding, MemoryWarehouse } from '../../simulation/memory/ledger/warehouse.ts';
import { createMemoryAggregates } from '../../simulation/memory/watch/aggregates.ts';
import { createMemoryArchiveWatch } from '../../simulation/memory/watch/archive-watch.ts';
import { createMemoryComparisonReader } from '../../simulation/memory/watch/comparisons.ts';
import { createMemoryFindingBook } from '../../simulation/memory/watch/findings.ts';
import { createMemoryHistoryWatch } from '../../simulation/memory/watch/history-watch.ts';
import { createMemoryInstruments } from '../../simulation/memory/watch/instruments.ts';
import { createMemoryLabelBook } from '../../simulation/memory/watch/labels.ts';
import { createMemoryLivesDue } from '../../simulation/memory/watch/lives-due.ts';
import { createMemoryUniverse } from '../../simulation/memory/watch/universe.ts';
import { startVenues } from '../../simulator/index.ts';
import { backfillDefinition, type Placeholders } from '../../statemachines/definition.ts';
import { memoryJobTable } from './memory-table.ts';
import type { PassingTime } from './passing-time.ts';
import { standingTime } from './standing-time.ts';

type Venues = Awaited<ReturnType<typeof startVenues>>;

export interface MemoryHost {
  readonly services: Services;
  readonly venues: Venues;
  readonly warehouse: MemoryWarehouse;
  readonly time: PassingTime;
  /** base of the jobs API */
  readonly url: string;
  /** sends a request to the jobs API and parses the body */
  ask<T = unknown>(path: string, init?: RequestInit): Promise<{ status: number; body: T }>;
  /** calls the function of a schedule, as EventBridge does */
  invoke<T>(handler: string): Promise<T>;
  order(body: object): Promise<JobDetail>;
  /** waits until the job's execution has ended */
  wait(id: string): Promise<JobDetail>;
  /** orders and waits */
  run(body: object): Promise<JobDetail>;
  /** the stored rows by the names of their columns, instants as ISO 8601 */
  rows<Row = Record<string, unknown>>(series: Series): Row[];
  findings(series: Series): KeptFinding[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface MemoryHostOptions {
  readonly venues?: Parameters<typeof startVenues>[0];
  /** defaults to a clock that stands at the present instant; the venues go by it too */
  readonly time?: PassingTime;
  /** stronger than what points at the venues */
  readonly env?: NodeJS.ProcessEnv;
}

const STATES = functions.flatMap(({ state, handler }) =>
  state ? [[`${state}Function`, handler] as const] : [],
);
const MACHINE = readMachine(
  backfillDefinition({ ChunkExecutionType: 'STANDARD', ...Object.fromEntries(STATES) } as Placeholders),
);

/**
 * The real handlers, state machine, sources and client of the venues, with the simulated venues behind them, on a job table and a
 * warehouse in memory. It costs neither a database nor a second of waiting: what does not depend on SQL is tried here in all its
 * combinations, and a host has one of them.
 */
export async function startMemoryHost(options: MemoryHostOptions = {}): Promise<MemoryHost> {
  const time = options.time ?? standingTime(Date.now());
  const { clock, sleep } = time;
  const venues = await startVenues({
    cacheDir: join(tmpdir(), 'gordon-test-venues'),
    clock,
    ...options.venues,
  });
  const warehouse = new MemoryWarehouse((id) => sources[id]!.table);
  const services = await createServices(
    { ...venues.env, ...options.env },
    { clock, sleep, jobTable: memoryJobTable() },
  );
  const loaded = await loadFunctions(async () => services);
  const executions = new Map<string, Promise<unknown>>();
  const ends = new Map<string, EndedExecution>();
  const end = (jobId: string, status: EndedExecution['status']) =>
    ends.set(jobId, { status, endedAt: clock() });
  const workflow: Workflow = {
    async start(jobId) {
      if (executions.has(jobId)) return;
      const execution = execute(loaded, jobId, sleep);
      executions.set(jobId, execution);
      execution.then(
        () => end(jobId, 'SUCCEEDED'),
        () => end(jobId, 'FAILED'),
      );
    },
    describe: async (jobId) => ends.get(jobId) ?? (executions.has(jobId) ? 'running' : 'absent'),
  };
  replace(services, { ...databaseOf(warehouse, clock), workflow });
  const server = await startApiServer(0, (handler, event, gone) => loaded.call(handler, event, gone));
  const url = `http://127.0.0.1:${server.port}`;
  const ask: MemoryHost['ask'] = async (path, init) => {
    const response = await fetch(`${url}${path}`, init);
    return { status: response.status, body: (await response.json()) as never };
  };
  const order: MemoryHost['order'] = async (body) => {
    const answer = await ask<JobDetail>('/backfill', { method: 'POST', body: JSON.stringify(body) });
    if (answer.status !== 202) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const wait: MemoryHost['wait'] = async (id) => {
    await executions.get(id);
    return (await ask<JobDetail>(`/backfill/jobs/${id}`)).body;
  };
  return {
    services,
    venues,
    warehouse,
    time,
    url,
    ask,
    invoke: (handler) => loaded.invoke(handler, {}) as Promise<never>,
    order,
    wait,
    run: async (body) => wait((await order(body)).id),
    rows(series) {
      const table = warehouse.rows.table(series);
      return warehouse.rows
        .within(series)
        .map(({ cells }) => namedCells(table, canonicalLine(table, cells))) as never[];
    },
    findings: (series) => [...warehouse.book(series).findings.values()],
    async [Symbol.asyncDispose]() {
      await Promise.all(executions.values());
      await server.close();
      await services.close();
      await venues.close();
    },
  };
}

/** Runs the state machine to its end. A failed execution shows in its job, as everywhere. */
async function execute(loaded: LoadedFunctions, jobId: string, sleep: PassingTime['sleep']): Promise<void> {
  const input = { jobId, nextWave: 1, previousMissing: -1 };
  const end = { isWanted: () => true, reached: () => undefined };
  await interpret(MACHINE, input, { ...end, invoke: (name, payload) => loaded.invoke(name, payload), sleep });
}

const databaseOf = (
  warehouse: MemoryWarehouse,
  clock: PassingTime['clock'],
  universe = createMemoryUniverse(),
) => ({
  universe,
  universeReader: universe,
  store: createMemorySeriesStore(warehouse, clock),
  catalog: createMemorySeriesCatalog(warehouse, clock),
  catalogReader: createMemorySeriesCatalog(warehouse, clock),
  // Nobody waits for anybody in memory.
  readerWatch: { endStalling: async () => [] },
  candleKeeper: { keepCandles: async () => 0 },
  stored: createMemoryStoredRows(warehouse),
  queries: createMemoryCoverageQueries(warehouse),
  livesDue: createMemoryLivesDue(warehouse),
  labels: createMemoryLabelBook(warehouse),
  comparisons: createMemoryComparisonReader(warehouse),
  // Memory has no tables on a disk.
  sizeSamples: { sample: async () => 0 },
  findings: createMemoryFindingBook(warehouse, clock),
  watch: createMemoryArchiveWatch(warehouse, clock),
  histories: createMemoryHistoryWatch(warehouse, clock),
  instruments: createMemoryInstruments(warehouse, clock),
  aggregates: createMemoryAggregates(warehouse, clock),
});

/** A port is made when it is first read: what is replaced before is never made. */
const replace = (services: Services, ports: Readonly<Record<string, unknown>>): void => {
  for (const [name, value] of Object.entries(ports)) Object.defineProperty(services, name, { value });
};
