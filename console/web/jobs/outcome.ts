import type { Answer } from '../../../functions/core/api/operations.ts';
import { orderedWord } from '../../../functions/core/jobs/job.ts';
import type { Order } from './order.ts';

type Job = Answer<'getJob'>;

export interface FailureGroup {
  readonly code: string;
  readonly message: string;
  readonly chunks: readonly string[];
}

/** The errors of a job, each once, those of the most chunks first. */
export function failureGroups({ failures }: Pick<Job, 'failures'>): FailureGroup[] {
  const groups = Map.groupBy(failures, ({ code, message }) => `${code} ${message}`);
  return [...groups.values()]
    .map((all) => ({ code: all[0]!.code, message: all[0]!.message, chunks: all.map(({ chunk }) => chunk) }))
    .toSorted((a, b) => b.chunks.length - a.chunks.length);
}

/** Why a job ended so, without the error that is listed among the failures. */
export function reasonOf({ reason, failures }: Pick<Job, 'reason' | 'failures'>): string | null {
  const first = failures.find(({ chunk, message }) => reason?.includes(`, first ${chunk}: ${message}`));
  return first ? reason!.replace(`, first ${first.chunk}: ${first.message}`, '') : reason;
}

/** The same order once more: what is there by now is not fetched again. */
export const sameOrder = (job: Job): Order => ({
  // A family leaves out what is ordered by its own name only.
  source: orderedWord(job),
  symbols: [...job.symbols],
  timeframe: job.timeframe,
  from: job.from,
  to: job.to,
});

/** Only what the job left missing: those symbols, from their first gap to the last one; undefined where nothing is. */
export function failedOrder(job: Job): Order | undefined {
  const open = (job.gaps ?? []).filter(({ proven }) => !proven);
  if (open.length === 0) return undefined;
  return {
    ...sameOrder(job),
    symbols: [...new Set(open.map(({ symbol }) => symbol))],
    from: open.map(({ from }) => from).toSorted()[0]!,
    to: open
      .map(({ to }) => to)
      .toSorted()
      .at(-1)!,
  };
}

type Chunk = Job['chunks'][number];

/** The chunks of one series, in order of time. */
export interface Lane {
  readonly name: string;
  readonly chunks: readonly (Chunk & { readonly period: string })[];
}

/** A lane for each series: a chunk's name ends with its period. */
export function lanesOf(chunks: readonly Chunk[]): Lane[] {
  const named = chunks.map((chunk) => {
    const cut = chunk.chunk.lastIndexOf(' ');
    return { name: chunk.chunk.slice(0, cut), period: chunk.chunk.slice(cut + 1), ...chunk };
  });
  return [...Map.groupBy(named, ({ name }) => name)]
    .map(([name, of]) => ({ name, chunks: of.toSorted((a, b) => (a.period < b.period ? -1 : 1)) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export interface Wait {
  readonly source: string;
  readonly chunks: number;
  /** when the first of them goes on */
  readonly until: string;
}

/** Chunks that wait for a venue's limit, by source. */
export function waitsOf(chunks: readonly Chunk[]): Wait[] {
  const waiting = chunks.flatMap(({ chunk, resumes_at }) =>
    resumes_at === null ? [] : [{ source: chunk.split(' ')[0]!, until: resumes_at }],
  );
  return [...Map.groupBy(waiting, ({ source }) => source)].map(([source, of]) => ({
    source,
    chunks: of.length,
    until: of.map(({ until }) => until).toSorted()[0]!,
  }));
}
