import { createHash } from 'node:crypto';
import type { Sources } from '../../functions/core/series/source.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import type { Process, Scheduler } from '../engine/scheduler.ts';
import type { SimulatedVenue } from '../engine/venue.ts';
import { createMemoryJobStore } from '../memory/jobs/job-store.ts';
import type { JobTables } from '../memory/jobs/job-tables.ts';
import { createMemoryLeases } from '../memory/jobs/leases.ts';
import { createMemoryRateBudget } from '../memory/jobs/rate-budget.ts';
import { createMemoryCoverageQueries, createMemoryStoredRows } from '../memory/ledger/reading.ts';
import { createMemorySeriesCatalog } from '../memory/ledger/series-catalog.ts';
import { createMemorySeriesStore } from '../memory/ledger/series-store.ts';
import type { MemoryWarehouse } from '../memory/ledger/warehouse.ts';
import type { Step } from '../memory/step.ts';
import { createMemoryAggregates } from '../memory/watch/aggregates.ts';
import { createMemoryArchiveWatch } from '../memory/watch/archive-watch.ts';
import { createMemoryHistoryWatch } from '../memory/watch/history-watch.ts';
import { createMemoryInstruments } from '../memory/watch/instruments.ts';
import { createMemoryLabelBook } from '../memory/watch/labels.ts';
import { createMemoryLivesDue } from '../memory/watch/lives-due.ts';
import type { Bundle, Ports } from './handlers.ts';
import type { PortFaults } from './port-faults.ts';

/** What outlives every process. */
export interface Shared {
  readonly scheduler: Scheduler;
  readonly tables: JobTables;
  readonly warehouse: MemoryWarehouse;
  readonly venue: SimulatedVenue;
  readonly faults: PortFaults;
  /** our clock, which may be wrong */
  readonly clock: Clock;
  readonly start: (jobId: string) => void;
}

/** The ports of one process, made anew for each: it shares nothing with another one but what outlives it. */
export function portsOf(
  shared: Shared,
  process: Process,
  { adopt, sources: own }: Pick<Bundle, 'adopt' | 'sources'>,
): Ports {
  const { scheduler, tables, warehouse, venue, faults, clock } = shared;
  const step = scheduler.stepOf(process);
  const stepAt =
    (port: string): Step =>
    (what) =>
      step(`${port} ${what}`);
  const [table, sql] = [stepAt('table'), stepAt('sql')];
  const sleep = (ms: number) => scheduler.sleep(process, ms);
  const answered = <Port extends object>(port: string, of: Port): Port =>
    withAnswers(of, (method) => faults.after(process, `${port} ${method}`), adopt);
  const jobs = answered('table', createMemoryJobStore(tables, clock, table));
  const client = answered(
    'venue',
    venue.clientOf({ step, clock, sleep, budget: createMemoryRateBudget(tables, clock, sleep, table) }),
  );
  const { universes, rosters } = venue;
  const sources = own ? onlyThose(own, Object.keys(venue.sources)) : venue.sources;
  return {
    sources,
    ...(universes && { universes }),
    ...(rosters && { rosters }),
    clock,
    venue: client,
    archive: client,
    jobs,
    leases: answered('table', createMemoryLeases(tables, table)),
    store: answered('sql', createMemorySeriesStore(warehouse, clock, sql)),
    catalog: answered('sql', createMemorySeriesCatalog(warehouse, clock, sql)),
    stored: createMemoryStoredRows(warehouse, sql),
    queries: answered('sql', createMemoryCoverageQueries(warehouse, sql)),
    livesDue: answered('sql', createMemoryLivesDue(warehouse, sql)),
    labels: answered('sql', createMemoryLabelBook(warehouse, sql)),
    watch: answered('sql', createMemoryArchiveWatch(warehouse, clock, sql)),
    histories: answered('sql', createMemoryHistoryWatch(warehouse, clock, sql)),
    instruments: answered('sql', createMemoryInstruments(warehouse, clock, sql)),
    aggregates: answered('sql', createMemoryAggregates(warehouse, clock, sql)),
    hasKey: () => true,
    auditEveryMs: HOUR,
    sha256: () => {
      const hash = createHash('sha256');
      return { add: (text) => void hash.update(text), hex: () => hash.digest('hex') };
    },
    workflow: {
      async start(id) {
        await step(`workflow start ${id}`);
        shared.start(id);
        await faults.after(process, 'workflow start');
      },
    },
  };
}

/** Of the sources of a version those that the run has. */
const onlyThose = (sources: Sources, ids: readonly string[]): Sources =>
  Object.fromEntries(ids.flatMap((id) => (sources[id] ? [[id, sources[id]]] : [])));

type Method = (...given: unknown[]) => unknown;

/** After each answer of a port comes the moment at which it may be lost, or whoever waits for it may die. */
function withAnswers<Port extends object>(
  port: Port,
  after: (method: string) => Promise<void> | undefined,
  adopt: (error: unknown) => unknown,
): Port {
  const wrapped: Record<string, Method> = {};
  for (const method of methodsOf(port)) {
    const call = (port as Record<string, Method>)[method]!.bind(port);
    wrapped[method] = async (...given) => {
      try {
        const answer = await call(...given);
        const lost = after(method);
        if (lost) await lost;
        return answer;
      } catch (error) {
        throw adopt(error);
      }
    };
  }
  return wrapped as Port;
}

function methodsOf(port: object): string[] {
  const prototype: object = Object.getPrototypeOf(port);
  const own = Object.keys(port);
  const all = prototype === Object.prototype ? own : [...own, ...Object.getOwnPropertyNames(prototype)];
  return all.filter(
    (name) => name !== 'constructor' && typeof (port as Record<string, unknown>)[name] === 'function',
  );
}
