import type { ErrorCode } from '../../../functions/core/errors/error-codes.ts';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import type { Filled } from '../fake-source.ts';

/** Hours of January 2025, by their number. */
const january = Date.UTC(2025, 0);
export const at = (hour: number): number => january + hour * HOUR;
export const span = (from: number, to: number): Range => ({ start: at(from), end: at(to) });
export const grid = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => at(from + i));
export const emptyOf = ({ pages }: Filled) =>
  pages.flatMap((p) => p.empty.map(({ span, reason }) => [span, reason]));
export const findingsOf = ({ pages }: Filled) => pages.flatMap((p) => p.findings.map((f) => f.kind));

export const damage = (code: ErrorCode): GordonError =>
  new GordonError({ name: 'PermanentError', code, subject: '/x', message: 'bad.' });
