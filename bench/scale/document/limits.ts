import { ASSUMED } from '../../../functions/core/costs/assumptions.ts';
import type { Job } from '../../../functions/core/jobs/job.ts';
import { planSource } from '../../../functions/core/ledger/plan.ts';
import { LOOKED_UP_AT_ONCE } from '../../../functions/core/orders/check-symbols.ts';
import { stepOf } from '../../../functions/core/time/timeframe.ts';
import { MAX_CHUNKS_PER_WAVE, PlanWaveOutput } from '../../../functions/core/workflow/contracts.ts';
import { functions } from '../../../functions/manifest.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import { fetchSeconds, TAKEN } from '../model/assumptions.ts';
import { CHILD_SECONDS, EVENTS_AROUND, EVENTS_PER_WAVE } from '../model/definition.ts';
import { QUOTAS } from '../model/quotas.ts';
import { symbolName } from '../model/workload.ts';
import { NOW, RANGE } from './scenarios.ts';

/** Something that a job cannot grow past, whatever the rest of the machine could do. */
export interface Limit {
  readonly what: string;
  /** what there is room for */
  readonly allows: string;
  readonly why: string;
}

const whole = (n: number): string => Math.floor(n).toLocaleString('en');
const timeoutOf = (handler: string): number =>
  functions.find((spec) => spec.handler === handler)!.timeoutSeconds;
const ROWS_PER_SYMBOL = (RANGE.end - RANGE.start) / stepOf('1m');
const MONTH_ROWS = 31 * 1_440;
const REQUESTS_PER_NAMED_SYMBOL = 2;
const LARGEST_ORDER = 1_000;

/** Limits that follow from the code, the manifest and the quotas. Nothing is measured here. */
export function limits(): Limit[] {
  const finalize = timeoutOf('finalize-job') * TAKEN.countedPerSecond;
  const recount = timeoutOf('plan-wave') * TAKEN.countedPerSecond;
  const waves = (QUOTAS.historyEvents.value - EVENTS_AROUND) / EVENTS_PER_WAVE;
  const bytesPerChunk = wavePayload() / MAX_CHUNKS_PER_WAVE;
  const call = timeoutOf('fetch-chunk');
  const sessions = ((call - fetchSeconds(1, MONTH_ROWS)) * TAKEN.storedPerSecond) / MONTH_ROWS;
  const item = itemBytes(LARGEST_ORDER);
  const named =
    (QUOTAS.apiSeconds.value * LOOKED_UP_AT_ONCE) / (REQUESTS_PER_NAMED_SYMBOL * TAKEN.lookUpSeconds);
  return [
    {
      what: 'rows of a job that FinalizeJob can count',
      allows: `${whole(finalize / 1e6)} million: ${whole(finalize / ROWS_PER_SYMBOL)} symbols of ten years of 1m`,
      why: `${timeoutOf('finalize-job')} s at ${whole(TAKEN.countedPerSecond)} rows/s, measured with two series at a time on two cores`,
    },
    {
      what: 'rows that PlanWave can count again when the same is ordered twice',
      allows: `${whole(recount / 1e6)} million: ${whole(recount / ROWS_PER_SYMBOL)} symbols`,
      why: `${timeoutOf('plan-wave')} s at the same rate, in the first wave`,
    },
    {
      what: 'symbols of an order that no venue lists any more and whose life is unknown',
      allows: `about ${whole(named)}`,
      why: `${QUOTAS.apiSeconds.value} s of API Gateway, ${REQUESTS_PER_NAMED_SYMBOL} requests of ${TAKEN.lookUpSeconds} s for each, ${LOOKED_UP_AT_ONCE} symbols at a time`,
    },
    {
      what: 'chunks of a job in one execution',
      allows: `${whole(waves * MAX_CHUNKS_PER_WAVE)} in ${whole(waves)} waves`,
      why: `${EVENTS_PER_WAVE} events a wave of ${whole(QUOTAS.historyEvents.value)}`,
    },
    {
      what: 'chunks of a wave',
      allows: `${whole(QUOTAS.payload.value / bytesPerChunk)}; ${MAX_CHUNKS_PER_WAVE} are taken`,
      why: `${whole(bytesPerChunk)} bytes for each in the output of PlanWave, ${whole(QUOTAS.payload.value)} in all`,
    },
    {
      what: 'checkpoints of one job in a second',
      allows: whole(
        Math.min(QUOTAS.partitionReads.value / Math.ceil(item / 4_096), QUOTAS.partitionWrites.value),
      ),
      why: `each reads the job's item: ${whole(item)} bytes with ${whole(LARGEST_ORDER)} symbols, ${Math.ceil(item / 4_096)} read units, on the partition of all its chunks`,
    },
    {
      what: 'fetchers that one database takes before a month outlasts its call',
      allows: whole(sessions),
      why: `${call} s of a call, ${whole(MONTH_ROWS)} rows in one COPY, ${whole(TAKEN.storedPerSecond)} rows/s shared by all`,
    },
    {
      what: 'fetchers at a database with `max_connections` of 100',
      allows: whole(100 / TAKEN.connectionsPerFetcher),
      why: `${TAKEN.connectionsPerFetcher} connections for each`,
    },
    {
      what: 'calls of a chunk that run out of time',
      allows: whole(CHILD_SECONDS / call),
      why: `a map item is EXPRESS and lives ${CHILD_SECONDS} s; after ${whole(CHILD_SECONDS / call)} calls of ${call} s the chunk is noted as failed and comes again in the next wave`,
    },
    {
      what: 'rows on one disk of 16 TiB',
      allows: `${whole((16 * 2 ** 40) / TAKEN.bytesPerStoredRow / 1e9)} billion, uncompressed`,
      why: `${whole(TAKEN.bytesPerStoredRow)} bytes a row with its index; ${whole((ROWS_PER_SYMBOL * 10_000) / 1e9)} billion are 10,000 symbols of ten years`,
    },
    {
      what: 'seconds of PlanWave by its own budget',
      allows: `${whole((timeoutOf('plan-wave') - ASSUMED.stepSeconds) / ASSUMED.planSecondsPerSeries)} series`,
      why: `${ASSUMED.planSecondsPerSeries * 1_000} ms for each series, in ${timeoutOf('plan-wave')} s`,
    },
  ];
}

/** Bytes of the output of PlanWave with a full wave. */
function wavePayload(): number {
  const chunks = Array.from({ length: MAX_CHUNKS_PER_WAVE }, (_, i) => {
    const series = { source: klines_spot.id, symbol: symbolName(i), timeframe: '1m' } as const;
    return planSource(klines_spot, series, [RANGE])[0]!.chunk;
  });
  const output = PlanWaveOutput.parse({
    jobId: JOB_ID,
    wave: 1,
    nextWave: 2,
    previousMissing: RANGE.end - RANGE.start,
    next: 'fetch',
    waitSeconds: 0,
    chunks,
  });
  return JSON.stringify(output).length;
}

const JOB_ID = '0'.repeat(26);

const jobOf = (symbols: number): Job => ({
  id: JOB_ID,
  status: 'running',
  createdAt: NOW,
  startedAt: NOW,
  wave: 1,
  rows: 0,
  source: 'klines',
  sources: ['klines_spot'],
  skipped: [],
  timeframe: '1m',
  alsoRequested: false,
  symbols: Array.from({ length: symbols }, (_, i) => symbolName(i)),
  from: RANGE.start,
  to: RANGE.end,
});

/** The size of its JSON. DynamoDB counts names and values, which is about as much. */
const itemBytes = (symbols: number): number => JSON.stringify(jobOf(symbols)).length;
