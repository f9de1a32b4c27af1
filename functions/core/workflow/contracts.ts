import * as z from 'zod';
import { STEPS, type Timeframe } from '../time/timeframe.ts';

/**
 * What travels between the states of `statemachines/backfill.asl.json`. Each handler parses its input and its output
 * with these, and a test compares them with the definition, the Catch branches included.
 */
const JobId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const Count = z.number().int().nonnegative();
const Seconds = z.number().int().nonnegative();

/** Above this a wave's payload could pass the 256 KiB that Step Functions allows. */
export const MAX_CHUNKS_PER_WAVE = 500;
/** The same of a wave whose chunks name many symbols; the rest is the payload's frame. */
export const MAX_CHUNK_BYTES_PER_WAVE = 200_000;

const Chunk = z.strictObject({
  source: z.string(),
  symbol: z.string(),
  timeframe: z.enum(Object.keys(STEPS) as [Timeframe, ...Timeframe[]]),
  label: z.string(),
  start: z.number().int(),
  end: z.number().int(),
  others: z.array(z.string()).min(1).readonly().optional(),
});

/** The input of the execution. */
export const ExecutionInput = z.strictObject({
  jobId: JobId,
  nextWave: z.literal(1),
  previousMissing: z.literal(-1),
});
export const PlanWaveInput = z.strictObject({
  jobId: JobId,
  wave: z.number().int().positive(),
  /** ms of series time that were missing when the wave before was planned; -1 before the first wave */
  previousMissing: z.number(),
});
export const PlanWaveOutput = z.strictObject({
  jobId: JobId,
  wave: z.number().int().positive(),
  nextWave: z.number().int().positive(),
  previousMissing: z.number(),
  next: z.enum(['fetch', 'wait', 'finalize']),
  waitSeconds: Seconds,
  chunks: z.array(Chunk).max(MAX_CHUNKS_PER_WAVE),
});

/** What a fetcher hands to its next call. */
const Resume = z.object({
  /** epoch ms at which the chunk's first call of this wave began; 0 in that call */
  since: Count,
  /** a call before this one could not reach the archives; an execution that began before an upgrade does not say */
  withoutArchive: z.boolean().default(false),
});
export const FetchChunkInput = z.object({ jobId: JobId, wave: Count, chunk: Chunk, resume: Resume });
export const FetchChunkOutput = z.strictObject({
  /**
   * `done`: all tiers were tried; `again`: out of time, call again; `wait`: no budget, call again after `waitSeconds`;
   * `deferred`: left to the next wave; `cancelled`: the job is no longer wanted.
   */
  outcome: z.enum(['done', 'again', 'wait', 'deferred', 'cancelled']),
  since: Count,
  withoutArchive: z.boolean(),
  waitSeconds: Seconds,
  rows: Count,
  leftMs: Count,
});

/** As every engine writes it: `Error` is the thrown error's name, `Cause` JSON or plain text. */
const CaughtError = z.object({ Error: z.string(), Cause: z.string().optional() });

export const RecordChunkFailureInput = z.object({
  jobId: JobId,
  wave: Count,
  chunk: Chunk,
  error: CaughtError,
});
export const RecordChunkFailureOutput = z.strictObject({ label: z.string(), outcome: z.literal('failed') });

export const FinalizeJobInput = z.object({ jobId: JobId, wave: Count });
export const FinalizeJobOutput = z.strictObject({
  jobId: JobId,
  status: z.enum(['succeeded', 'completed_with_gaps', 'failed', 'cancelled']),
  rows: Count,
  reason: z.string(),
});

export const FailJobInput = z.object({ jobId: JobId, error: CaughtError });

export type ExecutionInput = z.infer<typeof ExecutionInput>;
export type PlanWaveInput = z.infer<typeof PlanWaveInput>;
export type PlanWaveOutput = z.infer<typeof PlanWaveOutput>;
export type FetchChunkInput = z.infer<typeof FetchChunkInput>;
export type FetchChunkOutput = z.infer<typeof FetchChunkOutput>;
export type RecordChunkFailureInput = z.infer<typeof RecordChunkFailureInput>;
export type RecordChunkFailureOutput = z.infer<typeof RecordChunkFailureOutput>;
export type FinalizeJobInput = z.infer<typeof FinalizeJobInput>;
export type FinalizeJobOutput = z.infer<typeof FinalizeJobOutput>;
export type FailJobInput = z.infer<typeof FailJobInput>;
