import { BudgetExhausted, describeError, GordonError } from '../../functions/core/errors/errors.ts';
import { withCode } from '../../functions/core/jobs/caught.ts';
import { type FetchPorts, fetchChunk } from '../../functions/core/jobs/fetch-chunk.ts';
import { failJob, finalizeJob } from '../../functions/core/jobs/finish-job.ts';
import { type PlanPorts, planWave } from '../../functions/core/jobs/plan-wave.ts';
import { recordChunkFailure } from '../../functions/core/jobs/record-chunk-failure.ts';
import type { RefreshPorts } from '../../functions/core/jobs/refresh-aggregates.ts';
import { startForgotten } from '../../functions/core/jobs/start-forgotten.ts';
import {
  type AbandonedPorts,
  endAbandoned,
  noteStopped,
  type StoppedExecution,
} from '../../functions/core/jobs/stop-job.ts';
import type { PurgingCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import { type InstrumentPorts, watchInstruments } from '../../functions/core/listing/watch-instruments.ts';
import { type WatchLivesPorts, watchLives } from '../../functions/core/listing/watch-lives.ts';
import { type CreatePorts, createJob } from '../../functions/core/orders/create-job.ts';
import { quoteOrder } from '../../functions/core/orders/quote-order.ts';
import { auditGaps } from '../../functions/core/schedules/audit.ts';
import { refreshTails } from '../../functions/core/schedules/refresh.ts';
import type { OrderPorts } from '../../functions/core/schedules/scheduled-orders.ts';
import { type WatchPorts, watchArchives } from '../../functions/core/schedules/watch-archives.ts';
import { type HistoryPorts, watchHistories } from '../../functions/core/schedules/watch-histories.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { MINUTE } from '../../functions/core/time/time.ts';
import { purge } from '../../functions/core/upkeep/purge.ts';
import { setRetention } from '../../functions/core/upkeep/retention.ts';
import { type UnfollowRequest, unfollow } from '../../functions/core/upkeep/unfollow.ts';
import { type VerifyPorts, verifyPeriod } from '../../functions/core/verify/verify-period.ts';
import {
  FailJobInput,
  FetchChunkInput,
  FetchChunkOutput,
  FinalizeJobInput,
  FinalizeJobOutput,
  PlanWaveInput,
  PlanWaveOutput,
  RecordChunkFailureInput,
  RecordChunkFailureOutput,
} from '../../functions/core/workflow/contracts.ts';
import { jobEvents } from '../../functions/core/workflow/events.ts';

/** All that one process works with, as `Services` of a real one. */
export interface Ports
  extends PlanPorts,
    FetchPorts,
    AbandonedPorts,
    CreatePorts,
    OrderPorts,
    VerifyPorts,
    WatchPorts,
    HistoryPorts,
    InstrumentPorts,
    WatchLivesPorts,
    RefreshPorts {
  readonly jobs: CreatePorts['jobs'];
  readonly workflow: AbandonedPorts['workflow'];
  readonly store: SeriesStore;
  readonly catalog: PurgingCatalog;
  readonly labels: WatchPorts['labels'];
  readonly auditEveryMs: number;
}

export type Handler = (ports: Ports, event: never) => Promise<unknown>;

/** The functions of one version of the program: what a deployment replaces. Each does what its handler in `functions` does. */
export interface Bundle {
  /** `backfill.asl.json` of this version; absent: the present one */
  readonly definition?: string;
  /** its own sources, by id; absent: the present ones */
  readonly sources?: Sources;
  readonly handlers: Readonly<Record<string, Handler>>;
  /** its last states announce each end; earlier ones had no bus here */
  readonly announces?: true;
  /** The error that a port threw, as this version knows its class. */
  adopt(error: unknown): unknown;
  /** name and message with which it leaves the function */
  coded(error: unknown): { readonly name: string; readonly message: string };
}

const handlers: Bundle['handlers'] = {
  'plan-wave': async (ports, event) =>
    PlanWaveOutput.parse(await planWave(ports, PlanWaveInput.parse(event))),
  'fetch-chunk': async (ports, event) =>
    FetchChunkOutput.parse(await fetchChunk(ports, FetchChunkInput.parse(event))),
  'record-chunk-failure': async (ports, event) =>
    RecordChunkFailureOutput.parse(await recordChunkFailure(ports, RecordChunkFailureInput.parse(event))),
  'finalize-job': async (ports, event) =>
    announced(ports, await finalizeJob(ports, FinalizeJobInput.parse(event))),
  'fail-job': async (ports, event) => announced(ports, await failJob(ports, FailJobInput.parse(event))),

  async 'execution-stopped'(ports, event: StoppedExecution) {
    await noteStopped(ports, event);
  },

  async refresh(ports) {
    await ports.catalog.recount(MINUTE);
    await startForgotten(ports);
    const started = await refreshTails(ports);
    await endAbandoned(ports);
    return started;
  },
  'audit-gaps': (ports) => auditGaps(ports),
  async 'watch-instruments'(ports) {
    const [listed] = await Promise.allSettled([watchInstruments(ports)]);
    await watchLives(ports);
    if (listed.status === 'rejected') throw listed.reason;
  },
  'watch-archives': (ports) => watchArchives(ports),
  'watch-histories': (ports) => watchHistories(ports),

  'create-job': async (ports, { body, key }: OrderEvent) =>
    createJob(ports, body, key === undefined ? undefined : { key, digest: JSON.stringify(body) }, (order) =>
      quoteOrder(ports, order),
    ),
  async 'cancel-job'({ jobs, catalog }, { id }: { readonly id: string }) {
    const job = await jobs.cancel(id);
    await catalog.withdraw(job.id);
  },
  unfollow: (ports, request: UnfollowRequest) => unfollow(ports, request),
  purge: (ports, request: UnfollowRequest) => purge(ports, request),
  'set-retention': (ports, body: Parameters<typeof setRetention>[1]) => setRetention(ports, body),
  verify: (ports, { series, range }: { readonly series: Series; readonly range: Range }) =>
    verifyPeriod(ports, series, range),
};

export interface OrderEvent {
  readonly body: Readonly<Record<string, unknown>>;
  readonly key?: string;
}

export const bundle: Bundle = {
  handlers,
  announces: true,
  adopt(error) {
    if (!(error instanceof Error) || error instanceof BudgetExhausted || error instanceof GordonError)
      return error;
    if (error.name === 'BudgetExhausted') {
      const [subject = '', ...why] = error.message.split(': ');
      return new BudgetExhausted(subject, (error as BudgetExhausted).until, why.join(': '));
    }
    const { code, subject, remedy, status } = error as GordonError;
    if (code === undefined || subject === undefined) return error;
    const message = error.message.slice(subject.length + 2);
    return new GordonError({
      code,
      name: error.name as never,
      subject,
      message,
      remedy,
      status,
      cause: error.cause,
    });
  },
  coded(error) {
    if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
    const code = error instanceof GordonError ? error.code : 'unexpected';
    return { name: error.name, message: withCode(code, describeError(error)) };
  },
};

async function announced(
  { events }: Pick<Ports, 'events'>,
  end: FinalizeJobOutput,
): Promise<FinalizeJobOutput> {
  await events.publish(jobEvents(end));
  return FinalizeJobOutput.parse(end);
}
