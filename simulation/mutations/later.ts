import type { Mutation } from './mutation.ts';

/** Faults in parts that came after the first lists, chosen and written down before the first run on any of them. */
export const LATER: readonly Mutation[] = [
  {
    id: 'silent-chunks',
    fault: 'a chunk whose execution ended without a word is noted by nobody',
    file: 'functions/core/jobs/plan-wave.ts',
    before:
      "await recordChunkFailure(ports, { jobId, wave, chunk, error: { Error: 'States.Timeout', Cause } });",
    after: 'void [Cause, jobId, wave];',
  },
  {
    id: 'outage-before-life',
    fault: 'an outage that was proven before a life was known stays proven where the life does not reach',
    file: 'simulation/memory/ledger/series-store.ts',
    before: 'const was = before ? normalize(livesOf(before)) : EVER;',
    after: 'const was = before ? normalize(livesOf(before)) : [];',
  },
  {
    id: 'shared-failure',
    fault: 'a series that fails in a chunk of several is forgotten',
    file: 'functions/core/jobs/fetch-several.ts',
    before: 'else if (error instanceof GordonError) failures.push({ series: fetch.series, error });',
    after: 'else if (error instanceof GordonError) return read;',
  },
  {
    id: 'shared-others',
    fault: 'of a chunk of several series the first one is fetched alone',
    file: 'functions/core/ledger/share-chunks.ts',
    before: '...(others.length > 0 && { others }),',
    after: '',
  },
  {
    id: 'republished-month',
    fault: 'files of months that the archive has republished are not loaded again',
    file: 'functions/core/schedules/watch-archives.ts',
    before: 'const now = await publishedHash(ports.venue, found.checksum);',
    after:
      "const now = found.tier.unit === 'month' ? undefined : await publishedHash(ports.venue, found.checksum);",
  },
  {
    id: 'cancel-unheard',
    fault: 'a fetcher goes on after its job was cancelled',
    file: 'functions/core/jobs/fetch-chunk.ts',
    before: 'if (!(await ports.jobs.isCancelled(jobId))) return false;',
    after: "if (jobId !== '') return false;",
  },
  {
    id: 'cancelled-ordered-again',
    fault: 'schedules order at once what somebody has cancelled',
    file: 'functions/core/schedules/scheduled-orders.ts',
    before: 'cancelled.jobs.filter((job) => known(job) && late(job)),',
    after: '[],',
  },
  {
    id: 'unfollowed-refreshed',
    fault: 'a series that nobody follows any more is still refreshed',
    file: 'functions/core/schedules/refresh.ts',
    before: 'const known = tails.filter(({ unfollowedAt }) => unfollowedAt === undefined);',
    after: 'const known = tails;',
  },
  {
    id: 'tail-after-pause',
    fault: 'after a pause the refresh begins at the tail, not where it stopped',
    file: 'functions/core/schedules/refresh.ts',
    before: 'return Math.min(tail, last.end, open?.start ?? last.end);',
    after: 'return tail;',
  },
  {
    id: 'chunks-at-work',
    fault: 'a job that has ended shows chunks that are at work forever',
    file: 'functions/core/jobs/job.ts',
    before: 'if (!isFinished(status)) return chunks;',
    after: "if (status !== 'queued') return chunks;",
  },
  {
    id: 'end-unheard',
    fault: 'the end of an execution that somebody stopped is announced to nobody',
    file: 'functions/core/jobs/stop-job.ts',
    before: 'await announceEnd(ports, { ...job, ...end, rows });',
    after: '',
  },
  {
    id: 'noted-not-announced',
    fault: 'an end that was noted is taken for announced, also where the execution failed in between',
    file: 'functions/core/jobs/stop-job.ts',
    before: 'if (stopped.error !== JOB_FAILED && job.reason !== end.reason) await announceEnd(ports, job);',
    after: '',
  },
  {
    id: 'abandoned-jobs',
    fault: 'a job whose execution has ended stays at work where nobody could note the end',
    file: 'functions/core/jobs/stop-job.ts',
    before: "} else if (execution !== 'running' && isOld(execution.endedAt)) {",
    after: "} else if (execution === 'unknown') {",
  },
];
