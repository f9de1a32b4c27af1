/** What a run of refresh or audit answers. */
export interface RunResult {
  readonly started: string[];
  readonly jobs: string[];
  readonly missing: number;
  readonly lost: number;
  readonly counted: number;
  readonly perishable: number;
  readonly skipped?: boolean;
}

/** A series of the report, as far as tests look at it. */
export interface ReportedSeries {
  readonly source: string;
  readonly symbol: string;
  readonly latest: string | null;
  readonly requested: { from: string; to: string }[];
  readonly gaps: { from: string; to: string; rows: number; cause: string; error?: string }[];
  readonly pending: { rows: number; cause: string }[];
  readonly empty: { from: string; to: string; reason: string }[];
  readonly perishable: { from: string; lost_at: string; days_left: number } | null;
  readonly audited_at: string | null;
}
