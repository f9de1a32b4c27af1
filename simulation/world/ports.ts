import { createHash } from 'node:crypto';
import type { ArchiveReader, VenueClient } from '../../functions/core/fetch/ports.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { Roster, Universe } from '../../functions/core/series/universe.ts';
import type { Clock } from '../../functions/core/time/time.ts';
import { HOUR } from '../../functions/core/time/time.ts';
import type { Sha256 } from '../../functions/core/verify/ports.ts';
import type { Process, Scheduler } from '../engine/scheduler.ts';
import type { SimulatedVenue } from '../engine/venue.ts';
import { createMemoryEvents } from '../memory/jobs/events.ts';
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
import type { Executions } from './executions.ts';
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
  readonly executions: Pick<Executions, 'start' | 'describe'>;
}

/** The ports of one process, made for each: it shares nothing with another one but what outlives it. */
export const portsOf = (
  shared: Shared,
  process: Process,
  version: Pick<Bundle, 'adopt' | 'sources'>,
): Ports => new ProcessPorts(shared, process, version);

/** Most functions use a few of their ports, so each is made when it is first read. */
class ProcessPorts implements Ports {
  readonly #shared: Shared;
  readonly #process: Process;
  readonly #version: Pick<Bundle, 'adopt' | 'sources'>;
  readonly #step: Step;
  readonly #made: Partial<Record<keyof Ports | 'client', object>> = {};
  readonly auditEveryMs = HOUR;
  readonly universes?: readonly Universe[];
  readonly rosters?: readonly Roster[];

  constructor(shared: Shared, process: Process, version: Pick<Bundle, 'adopt' | 'sources'>) {
    this.#shared = shared;
    this.#process = process;
    this.#version = version;
    this.#step = shared.scheduler.stepOf(process);
    const { universes, rosters } = shared.venue;
    if (universes) this.universes = universes;
    if (rosters) this.rosters = rosters;
  }

  readonly hasKey = (): boolean => true;
  readonly sha256 = sha256;

  get clock(): Clock {
    return this.#shared.clock;
  }

  get sources(): Sources {
    const { venue } = this.#shared;
    const { sources } = this.#version;
    return sources
      ? this.#once('sources', () => onlyThose(sources, Object.keys(venue.sources)))
      : venue.sources;
  }

  get venue(): Ports['venue'] {
    return this.#client;
  }

  get archive(): Ports['archive'] {
    return this.#client;
  }

  get jobs(): Ports['jobs'] {
    return this.#port('table', 'jobs', (step, { tables, clock }) =>
      createMemoryJobStore(tables, clock, step),
    );
  }

  get leases(): Ports['leases'] {
    return this.#port('table', 'leases', (step, { tables }) => createMemoryLeases(tables, step));
  }

  get events(): Ports['events'] {
    return this.#port('bus', 'events', (step, { tables }) => createMemoryEvents(tables, step));
  }

  get store(): Ports['store'] {
    return this.#database('store', createMemorySeriesStore);
  }

  get catalog(): Ports['catalog'] {
    return this.#database('catalog', createMemorySeriesCatalog);
  }

  get stored(): Ports['stored'] {
    // Its rows come in pieces: nothing comes after the last one that could be lost.
    return this.#once('stored', () => createMemoryStoredRows(this.#shared.warehouse, this.#stepAt('sql')));
  }

  get queries(): Ports['queries'] {
    return this.#port('sql', 'queries', (step, { warehouse }) =>
      createMemoryCoverageQueries(warehouse, step),
    );
  }

  get livesDue(): Ports['livesDue'] {
    return this.#port('sql', 'livesDue', (step, { warehouse }) => createMemoryLivesDue(warehouse, step));
  }

  get labels(): Ports['labels'] {
    return this.#port('sql', 'labels', (step, { warehouse }) => createMemoryLabelBook(warehouse, step));
  }

  get watch(): Ports['watch'] {
    return this.#database('watch', createMemoryArchiveWatch);
  }

  get histories(): Ports['histories'] {
    return this.#database('histories', createMemoryHistoryWatch);
  }

  get instruments(): Ports['instruments'] {
    return this.#database('instruments', createMemoryInstruments);
  }

  get aggregates(): Ports['aggregates'] {
    return this.#database('aggregates', createMemoryAggregates);
  }

  get workflow(): Ports['workflow'] {
    return this.#port('workflow', 'workflow', (step, { executions }) => ({
      start: async (id: string) => {
        await step(`start ${id}`);
        executions.start(id);
      },
      describe: async (id: string) => {
        await step(`describe ${id}`);
        return executions.describe(id);
      },
    }));
  }

  get #client(): VenueClient & ArchiveReader {
    return this.#port('venue', 'client', (_, { venue, tables, clock, scheduler }) => {
      const sleep = (ms: number) => scheduler.sleep(this.#process, ms);
      const budget = createMemoryRateBudget(tables, clock, sleep, this.#stepAt('table'));
      return venue.clientOf({ step: this.#step, clock, sleep, budget });
    });
  }

  #database<Port extends object>(
    name: keyof Ports,
    make: (warehouse: MemoryWarehouse, clock: Clock, step: Step) => Port,
  ): Port {
    return this.#port('sql', name, (step, { warehouse, clock }) => make(warehouse, clock, step));
  }

  #port<Port extends object>(
    of: string,
    name: keyof Ports | 'client',
    make: (step: Step, shared: Shared) => Port,
  ): Port {
    return this.#once(name, () => {
      const port = make(this.#stepAt(of), this.#shared);
      const Wrapper = wrapperOf(of, name, port);
      const wrapped: object = new Wrapper({
        port: port as Readonly<Record<string, Method>>,
        process: this.#process,
        faults: this.#shared.faults,
        adopt: this.#version.adopt,
      });
      return wrapped as Port;
    });
  }

  #stepAt(port: string): Step {
    return (what) => this.#step(`${port} ${what}`);
  }

  #once<Port extends object>(name: keyof Ports | 'client', make: () => Port): Port {
    this.#made[name] ??= make();
    return this.#made[name] as Port;
  }
}

function sha256(): Sha256 {
  const hash = createHash('sha256');
  return { add: (text) => void hash.update(text), hex: () => hash.digest('hex') };
}

/** Of the sources of a version those that the run has. */
const onlyThose = (sources: Sources, ids: readonly string[]): Sources =>
  Object.fromEntries(ids.flatMap((id) => (sources[id] ? [[id, sources[id]]] : [])));

type Method = (...given: unknown[]) => unknown;

/** What a port that is wrapped needs at each of its answers. */
interface Wrapping {
  readonly port: Readonly<Record<string, Method>>;
  readonly process: Process;
  readonly faults: PortFaults;
  readonly adopt: (error: unknown) => unknown;
}

/** After each answer of a port comes the moment at which it may be lost, or the process that waits for it may die. */
class Wrapped {
  readonly wrapping: Wrapping;

  constructor(wrapping: Wrapping) {
    this.wrapping = wrapping;
  }
}

/** By kind and name of the port: all that are made have the same methods, and each process makes its own. */
const WRAPPERS = new Map<string, typeof Wrapped>();

function wrapperOf(of: string, name: string, port: object): typeof Wrapped {
  const known = WRAPPERS.get(`${of} ${name}`);
  if (known) return known;
  class Made extends Wrapped {}
  for (const method of methodsOf(port)) {
    const what = `${of} ${method}`;
    // Its user may detach it from its port, so it is bound; a process uses few of them.
    const bound = function (this: Wrapped): Method {
      const { port: inner, process, faults, adopt } = this.wrapping;
      return async (...given) => {
        try {
          const answer = await inner[method]!(...given);
          const lost = faults.after(process, what);
          if (lost) await lost;
          return answer;
        } catch (error) {
          throw adopt(error);
        }
      };
    };
    Object.defineProperty(Made.prototype, method, { get: bound });
  }
  WRAPPERS.set(`${of} ${name}`, Made);
  return Made;
}

function methodsOf(port: object): readonly string[] {
  const prototype: object = Object.getPrototypeOf(port);
  const own = Object.keys(port);
  const all = prototype === Object.prototype ? own : [...own, ...Object.getOwnPropertyNames(prototype)];
  return all.filter(
    (method) => method !== 'constructor' && typeof (port as Record<string, unknown>)[method] === 'function',
  );
}
