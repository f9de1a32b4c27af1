/** What a month is now, beside what it was when it was last written. */
export interface MonthFact {
  /** of the rows that are stored now; absent: there are none */
  readonly print?: string;
  readonly complete: boolean;
  /** where it belongs */
  readonly path: string;
  /** as the manifest has it; absent: it was never written */
  readonly written?: { readonly path: string; readonly print: string; readonly bytes: number };
  /** bytes of the file at the manifest's path; absent: it is not there */
  readonly found?: number | undefined;
}

/** `absent`: there is no file, and there should be none. */
export type MonthAction = 'write' | 'keep' | 'remove' | 'absent';

/** What to do with a month. A file that is not what the manifest says is written again, also when no row has changed. */
export function actionFor(fact: MonthFact, completeOnly: boolean): MonthAction {
  const { print, complete, path, written, found } = fact;
  if (print === undefined || (completeOnly && !complete)) return written ? 'remove' : 'absent';
  const isThere = written?.path === path && written.print === print && written.bytes === found;
  return isThere ? 'keep' : 'write';
}
