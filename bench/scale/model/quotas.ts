import aws from '../../../functions/core/costs/aws.json' with { type: 'json' };

/** A limit that AWS publishes. What an account really has is in its Service Quotas console. */
export interface Quota {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** where it stands */
  readonly page: string;
  /** whether AWS raises it on request */
  readonly adjustable: boolean;
  /** `page`: read on a stored copy of the page in the month that the file names; `memory`: written without one */
  readonly known: string;
}

/** The quotas that the model knows: they stand with the prices in one file, which is dated. */
export const QUOTAS = aws.quotas satisfies Readonly<Record<string, Quota>>;
