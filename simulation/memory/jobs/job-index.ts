import type { Job, JobStatus } from '../../../functions/core/jobs/job.ts';

/**
 * The jobs by id, and the table's index by status. The index sees writes later than the table, as a global secondary index does;
 * how many of the newest writes it has not heard of yet is up to who looks.
 */
export class JobIndex extends Map<string, Job> {
  readonly #byStatus = new Map<JobStatus, Map<string, Job>>();
  readonly #entered = new Map<string, JobStatus>();
  readonly #unhappy = new Set<string>();
  /** writes that the index has not heard of, oldest first */
  #news: (readonly [id: string, job: Job | undefined])[] = [];

  override set(id: string, job: Job): this {
    this.#news.push([id, job]);
    if (job.status === 'failed' || job.status === 'completed_with_gaps') this.#unhappy.add(id);
    return super.set(id, job);
  }

  /** The jobs that failed or ended with gaps: few of all, so that whoever looks at them need not look at the others. */
  *unhappy(): Generator<Job> {
    for (const id of this.#unhappy) {
      const job = this.get(id);
      if (job) yield job;
    }
  }

  override delete(id: string): boolean {
    this.#news.push([id, undefined]);
    return super.delete(id);
  }

  /** @param behind how many of the newest writes the index has not heard of */
  ofStatus(status: JobStatus, behind = 0): readonly Job[] {
    this.#catchUp(behind);
    return [...(this.#byStatus.get(status)?.values() ?? [])];
  }

  #catchUp(behind: number): void {
    const heard = this.#news.splice(0, Math.max(0, this.#news.length - behind));
    for (const [id, job] of heard) {
      const before = this.#entered.get(id);
      if (before) this.#byStatus.get(before)!.delete(id);
      if (!job) {
        this.#entered.delete(id);
        continue;
      }
      this.#entered.set(id, job.status);
      const of = this.#byStatus.get(job.status) ?? new Map<string, Job>();
      this.#byStatus.set(job.status, of.set(id, job));
    }
  }
}
