import type { Rows } from './data.ts';

export interface Vintage {
  readonly value: number | null;
  /** when it could first be known; epoch ms */
  readonly knownAt: number;
}

/** A value that was revised. */
export interface Revised {
  /** of the observation, epoch ms */
  readonly at: number;
  /** the first one first */
  readonly vintages: readonly Vintage[];
}

/** Observations of which more than one value was ever shown, the newest first. */
export function findRevised(rows: Rows, { time, column }: { time: string; column: string }): Revised[] {
  return [...Map.groupBy(rows, (row) => row[time] as string)]
    .filter(([, of]) => of.length > 1)
    .map(([at, of]) => ({
      at: Date.parse(at),
      vintages: of
        .map((row) => ({
          value: (row[column] as number | null | undefined) ?? null,
          knownAt: Date.parse(row.known_at as string),
        }))
        .toSorted((a, b) => a.knownAt - b.knownAt),
    }))
    .toSorted((a, b) => b.at - a.at);
}

/** The value that held at an instant; undefined: none was known. @param at epoch ms */
export const heldAt = ({ vintages }: Revised, at: number): Vintage | undefined =>
  vintages.findLast(({ knownAt }) => knownAt <= at);
