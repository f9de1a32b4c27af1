import { ACTIVE_STATUSES } from '../../jobs/job.ts';
import type { JobSummary } from './schemas.ts';

/** A job that is no longer as it was. */
export interface JobChange {
  /** of the event: a client that sends it again gets what came after it */
  readonly id: string;
  readonly job: JobSummary;
}

interface Seen {
  readonly seq: number;
  readonly text: string;
  readonly job: JobSummary;
}

/** A job at work is never forgotten; of the others this many are remembered. */
const REMEMBERED = 500;

/** What jobs were like when they were last looked at, and which have changed since. */
export class JobChanges {
  readonly #epoch: string;
  readonly #remembered: number;
  /** in the order of their last changes */
  readonly #seen = new Map<string, Seen>();
  #seq = 0;
  /** changes up to this one may be incomplete */
  #forgotten = 0;

  /** @param epoch part of each id: those of another process mean nothing here */
  constructor(epoch: string, remembered = REMEMBERED) {
    this.#epoch = epoch;
    this.#remembered = remembered;
  }

  /** The id of the last change. */
  get id(): string {
    return this.#idOf(this.#seq);
  }

  /** Ids of jobs that were at work when they were last looked at. */
  get active(): string[] {
    return [...this.#seen.values()]
      .map(({ job }) => job)
      .filter(({ status }) => ACTIVE_STATUSES.includes(status))
      .map(({ id }) => id);
  }

  /**
   * Compares jobs with what they were.
   * @param more there are others that were not looked at: where none of these is known, some may have come and gone unseen
   * @returns those that are new or other than before
   */
  note(jobs: readonly JobSummary[], more: boolean): JobChange[] {
    if (more && !jobs.some(({ id }) => this.#seen.has(id))) this.#forgotten = this.#seq + jobs.length;
    const changed: JobChange[] = [];
    for (const job of jobs) {
      const text = JSON.stringify(job);
      if (this.#seen.get(job.id)?.text === text) continue;
      this.#seq += 1;
      this.#seen.delete(job.id);
      this.#seen.set(job.id, { seq: this.#seq, text, job });
      changed.push({ id: this.#idOf(this.#seq), job });
    }
    this.#forget();
    return changed;
  }

  /** Each job that changed after an event, as it is now. @returns undefined where that is not known, or the id is none of these */
  since(id: string | undefined): JobChange[] | undefined {
    const [epoch, digits = ''] = id?.split('.') ?? [];
    if (epoch !== this.#epoch || !/^\d{1,15}$/.test(digits)) return undefined;
    const after = Number(digits);
    if (after < this.#forgotten || after > this.#seq) return undefined;
    return [...this.#seen.values()]
      .filter(({ seq }) => seq > after)
      .map(({ seq, job }) => ({ id: this.#idOf(seq), job }));
  }

  #forget(): void {
    let surplus = this.#seen.size - this.#remembered;
    for (const [id, { seq, job }] of this.#seen) {
      if (surplus <= 0) return;
      if (ACTIVE_STATUSES.includes(job.status)) continue;
      this.#seen.delete(id);
      this.#forgotten = Math.max(this.#forgotten, seq);
      surplus -= 1;
    }
  }

  readonly #idOf = (seq: number): string => `${this.#epoch}.${seq}`;
}
