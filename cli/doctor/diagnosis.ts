import type { Paint } from '../terminal.ts';

/** One line of `gordon-data doctor`. A note is worth knowing and stops nothing. */
export interface Diagnosis {
  readonly mark: 'ok' | 'note' | 'broken';
  readonly what: string;
  /** what to do, as a sentence */
  readonly remedy?: string;
}

export const ok = (what: string): Diagnosis => ({ mark: 'ok', what });
export const note = (what: string, remedy?: string): Diagnosis => ({
  mark: 'note',
  what,
  ...(remedy && { remedy }),
});
export const broken = (what: string, remedy: string): Diagnosis => ({ mark: 'broken', what, remedy });

const MARKS = { ok: ['green', '✓'], note: ['yellow', '!'], broken: ['red', '✗'] } as const;

export function diagnosisLines({ mark, what, remedy }: Diagnosis, paint: Paint): string[] {
  const [style, sign] = MARKS[mark];
  return [`${paint(style, sign)} ${what}`, ...(remedy ? [`    ${remedy}`] : [])];
}
