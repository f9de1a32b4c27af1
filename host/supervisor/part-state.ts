import { z } from 'zod';

/** What is known of a part that ended and was, or will be, started again. */
export const PartState = z.object({
  /** how many times it was started again */
  restarts: z.number(),
  /** when it ended last */
  endedAt: z.string(),
  /** how it ended, or why it did not start */
  why: z.string(),
  /** when the next start is due; absent: it runs */
  nextAt: z.string().optional(),
});
export type PartState = z.infer<typeof PartState>;
