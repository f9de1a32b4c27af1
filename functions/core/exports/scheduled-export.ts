import { GordonError } from '../errors/errors.ts';
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
 * @returns undefined where the operator named no tree; `busy` where somebody else exports into it now
 * @throws as `runExport` does
 */
export async function scheduledExport(
  ports: ScheduledExportPorts,
): Promise<ScheduledExport | 'busy' | undefined> {
  const opened = await ports.exports.open().catch(unlessBusy);
  if (!opened || opened === 'busy') return opened;
  await using open = opened;
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

function unlessBusy(error: unknown): 'busy' {
  if (error instanceof GordonError && error.code === 'export-runs') return 'busy';
  throw error;
}
