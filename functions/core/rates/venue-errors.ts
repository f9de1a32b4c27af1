/** Requests of one hour to a venue that brought nothing that could be used. */
export interface ErrorCount {
  readonly venue: string;
  /** what became of them, such as `unreachable` or `limited` */
  readonly outcome: string;
  /** its beginning, epoch ms */
  readonly hour: number;
  readonly count: number;
}

/** A venue whose last request failed. */
export interface VenueTrouble {
  readonly venue: string;
  readonly outcome: string;
  /** the first failure since it answered last, and the last one; epoch ms */
  readonly since: number;
  readonly last: number;
}

/** What went wrong with venues, over all workers, in the job table. */
export interface VenueErrors {
  /** Counts a request. @param at epoch ms */
  note(venue: string, outcome: string, at: number): Promise<void>;
  /** The venue does not answer, or only with errors. @param at epoch ms */
  failing(venue: string, outcome: string, at: number): Promise<void>;
  /** The venue answers again. */
  recovered(venue: string): Promise<void>;
  /** Counts of whole hours, those that began before `at` left out; oldest first. */
  since(at: number): Promise<readonly ErrorCount[]>;
  /** by venue */
  troubles(): Promise<readonly VenueTrouble[]>;
}
