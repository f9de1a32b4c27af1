import type { Sources } from '../series/source.ts';
import { type Clock, MINUTE } from '../time/time.ts';
import type { ExportPorts } from './ports.ts';
import { type ExportResult, runExport } from './run-export.ts';

export interface ScheduledExportPorts {
  /** opens the tree that the operator named; undefined: none was. Dispose of it */
  readonly exports: { open(): Promise<(ExportPorts & AsyncDisposable) | undefined> };
  readonly sources: Sources;
  readonly clock: Clock;
}

export interface ScheduledExport
  extends Pick<ExportResult, 'written' | 'kept' | 'removed' | 'left' | 'rows' | 'bytes'> {
  readonly root: string;
}

/** Below the function's timeout, so that a month at work and the manifest still finish. */
const BUDGET = 10 * MINUTE;

/**
 * Brings the operator's tree up to date: all series, as Parquet. What there is no time for comes in the next run.
 * @returns undefined where the operator named no tree
 * @throws as `runExport` does
 */
export async function scheduledExport(ports: ScheduledExportPorts): Promise<ScheduledExport | undefined> {
  await using open = await ports.exports.open();
  if (!open) return undefined;
  const request = {
    sources: Object.values(ports.sources),
    range: { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY },
    format: 'parquet',
    completeOnly: false,
  } as const;
  const quiet = { planned() {}, wrote() {}, month() {} };
  const until = ports.clock() + BUDGET;
  const result = await runExport(open, request, quiet, { signal: new AbortController().signal, until });
  const { written, kept, removed, left, rows, bytes, manifest } = result;
  return { written, kept, removed, left, rows, bytes, root: manifest.root };
}
