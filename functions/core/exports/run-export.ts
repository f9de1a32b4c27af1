import { badRequest } from '../errors/bad-request.ts';
import type { Batch } from '../series/table.ts';
import { iso, SECOND } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { monthColumns, monthRows, placesOf, withWholeTable } from './columns.ts';
import { composeManifest } from './compose-manifest.ts';
import { type AbsentMonth, type ExportedFile, MANIFEST, Manifest } from './manifest.ts';
import type { MonthState } from './month-state.ts';
import {
  type ExportPlan,
  type ExportRequest,
  keyOf,
  type PlannedMonth,
  planExport,
  statesAt,
} from './plan-export.ts';
import type { ExportPorts, SeriesSnapshot } from './ports.ts';
import { addCanonical } from './rows/canonical-rows.ts';

/** Follows an export; each call is at once. */
export interface ExportProgress {
  planned(plan: ExportPlan): void;
  /** rows that are in a file that is being written */
  wrote(rows: number): void;
  month(month: PlannedMonth): void;
}

export interface ExportResult {
  readonly written: number;
  readonly kept: number;
  readonly removed: number;
  /** months without a file */
  readonly absent: number;
  /** months that were not reached in the time that there was */
  readonly left: number;
  /** rows and bytes that were written */
  readonly rows: number;
  readonly bytes: number;
  readonly manifest: Manifest;
}

export interface ExportLimits {
  readonly signal: AbortSignal;
  /** no month is begun later; epoch ms */
  readonly until?: number;
}

/** How much work is lost at most when the program is killed. */
const SAVE_EVERY = 10 * SECOND;
/** Months at work: while the server sums one up, the other is packed. */
const LANES = 2;

/**
 * Brings a tree up to date with the warehouse. Months whose rows have changed are written again, each as a whole; those that
 * the warehouse no longer has are removed. The manifest follows every few seconds and at the end, also when the export is
 * stopped or fails: the next one goes on from there.
 * @throws GordonError `export-mismatch`, and what stores and trees throw; the reason of the signal
 */
export async function runExport(
  ports: ExportPorts,
  request: ExportRequest,
  progress: ExportProgress,
  limits: ExportLimits,
): Promise<ExportResult> {
  const simulated = await ports.reader.isSimulated();
  const before = await readManifest(ports, request, simulated);
  const sizes = await ports.tree.sizes();
  const plan = await planExport(ports, request, { manifest: before, sizes }, limits.signal);
  progress.planned(plan);
  const run = new Run(ports, { ...request, simulated }, before);
  try {
    await run.apply(plan, progress, limits);
  } finally {
    await run.save();
  }
  return run.result();
}

async function readManifest(
  { tree }: ExportPorts,
  { format }: ExportRequest,
  simulated: boolean,
): Promise<Manifest | undefined> {
  const text = await tree.read(MANIFEST);
  if (text === undefined) return undefined;
  const manifest = parsedManifest(tree.name, text);
  const mismatch = (is: string): Error => badRequest('export-mismatch', tree.name, `It has ${is}.`);
  if (manifest.files_are !== format) throw mismatch(`months as ${manifest.files_are}, not as ${format}`);
  if (manifest.simulated === simulated) return manifest;
  throw mismatch(simulated ? 'real data, and these are simulated' : 'simulated data, and these are real');
}

/** @throws GordonError `export-mismatch` */
function parsedManifest(name: string, text: string): Manifest {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    throw badRequest('export-mismatch', name, `Its ${MANIFEST} cannot be read: ${(error as Error).name}.`);
  }
}

class Run {
  readonly #ports: ExportPorts;
  readonly #request: ExportRequest & { readonly simulated: boolean };
  readonly #files: Map<string, Omit<ExportedFile, 'chain'>>;
  readonly #absent: Map<string, AbsentMonth>;
  readonly #count = { written: 0, kept: 0, removed: 0, absent: 0, left: 0, rows: 0, bytes: 0 };
  #manifest: Manifest | undefined;
  #savedAt: number;
  /** one after another: the last one is the newest */
  #saved: Promise<unknown> = Promise.resolve();

  constructor(
    ports: ExportPorts,
    request: ExportRequest & { readonly simulated: boolean },
    before: Manifest | undefined,
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#files = new Map(before?.files.map((file) => [keyOf(file), file]));
    this.#absent = new Map(before?.absent.map((month) => [keyOf(month), month]));
    this.#savedAt = ports.clock();
  }

  async apply(
    { months, gone }: ExportPlan,
    progress: ExportProgress,
    { signal, until = Number.POSITIVE_INFINITY }: ExportLimits,
  ): Promise<void> {
    for (const file of gone) await this.#remove(keyOf(file));
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const waiting = months.values();
    const lane = async (): Promise<void> => {
      for (const month of waiting) {
        either.throwIfAborted();
        if (month.action === 'write' && this.#ports.clock() > until) {
          this.#count.left += 1;
          continue;
        }
        await this.#take(month, progress, either);
        progress.month(month);
        if (this.#ports.clock() - this.#savedAt >= SAVE_EVERY) await this.save();
      }
    };
    const lanes = Array.from({ length: LANES }, () =>
      lane().catch((error: unknown): never => {
        stop.abort(error);
        throw error;
      }),
    );
    // The manifest is of what all of them have finished.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
  }

  async #take(month: PlannedMonth, progress: ExportProgress, signal: AbortSignal): Promise<void> {
    const key = keyOf({ ...month.series, month: month.month.name });
    if (month.action === 'write') return this.#write(key, month, progress, signal);
    if (month.action === 'keep') {
      this.#files.set(key, { ...this.#files.get(key)!, ...this.#stateOf(month, month.state) });
      this.#count.kept += 1;
      return undefined;
    }
    if (month.action === 'remove') await this.#remove(key);
    this.#absent.set(key, { ...seriesOf(month), rows: month.rows, ...this.#stateOf(month, month.state) });
    this.#count.absent += 1;
    return undefined;
  }

  async #write(
    key: string,
    month: PlannedMonth,
    progress: ExportProgress,
    signal: AbortSignal,
  ): Promise<void> {
    const { reader } = this.#ports;
    const file = await reader.snapshot(month.series, (at) => this.#copy(at, month, progress, signal));
    const old = this.#files.get(key);
    if (!file) return this.#remove(key);
    this.#files.set(key, file);
    this.#absent.delete(key);
    this.#count.written += 1;
    this.#count.rows += file.rows;
    this.#count.bytes += file.bytes;
    // A source whose usual timeframe was changed has its months elsewhere now.
    if (old && old.path !== file.path) await this.#ports.tree.remove(old.path);
  }

  /** @returns undefined when the rows went meanwhile */
  async #copy(
    at: SeriesSnapshot,
    month: PlannedMonth,
    progress: ExportProgress,
    signal: AbortSignal,
  ): Promise<Omit<ExportedFile, 'chain'> | undefined> {
    const { month: period, path } = month;
    const { clock, sha256, tree } = this.#ports;
    const [print] = await at.prints(period);
    if (!print) return undefined;
    const { source, series, requested } = month;
    const facts = { source, series, requested, now: clock() };
    const [state] = await statesAt(at, facts, [period], new Map([[period.start, print]]));
    const whole = withWholeTable(this.#ports.sources, source);
    const hash = sha256();
    const count = { rows: 0, first: Number.NaN, last: Number.NaN };
    async function* batches(): AsyncGenerator<Batch> {
      for await (const batch of at.rows(period)) {
        signal.throwIfAborted();
        addCanonical(hash, source.table, batch, placesOf(source.table));
        if (count.rows === 0) count.first = batch.times[0]!;
        count.last = batch.times[batch.length - 1]!;
        count.rows += batch.length;
        yield monthRows(whole, batch, stepOf(series.timeframe));
        progress.wrote(batch.length);
      }
      signal.throwIfAborted();
    }
    const made = await tree.put(path, this.#ports.writer(monthColumns(whole), batches()));
    return {
      path,
      ...seriesOf(month),
      rows: count.rows,
      first: iso(count.first),
      last: iso(count.last),
      ...made,
      rows_sha256: hash.hex(),
      written_at: iso(clock()),
      print: print.print,
      ...this.#stateOf(month, state!),
    };
  }

  async #remove(key: string): Promise<void> {
    const file = this.#files.get(key);
    if (!file) return;
    await this.#ports.tree.remove(file.path);
    this.#files.delete(key);
    this.#count.removed += 1;
  }

  #stateOf({ series }: PlannedMonth, { complete, days, gaps, objects }: MonthState) {
    return {
      complete,
      days: days.map(({ condition, ...range }) => ({ ...spanOf(range), condition })),
      gaps: gaps.map(({ cause, error, evidence, ...range }) => ({
        ...spanOf(range),
        cause,
        error,
        evidence: [...evidence],
      })),
      objects,
      licences: this.#ports.licences(series.source, series.symbol).map(({ id }) => id),
    };
  }

  async save(): Promise<void> {
    this.#savedAt = this.#ports.clock();
    const months = { files: [...this.#files.values()], absent: [...this.#absent.values()] };
    this.#manifest = composeManifest(this.#ports, this.#request, months);
    const manifest = this.#manifest;
    this.#saved = this.#saved.then(() => this.#ports.tree.put(MANIFEST, piecesOf(manifest)));
    await this.#saved;
  }

  result(): ExportResult {
    return { ...this.#count, manifest: this.#manifest! };
  }
}

const UTF8 = new TextEncoder();

/** Piece by piece: a text of many thousand months is larger than one string may be. */
async function* piecesOf({ files, absent, ...rest }: Manifest): AsyncGenerator<Uint8Array> {
  const list = function* (months: readonly unknown[]): Generator<string> {
    for (const [i, month] of months.entries()) yield `${i > 0 ? ',' : ''}\n${JSON.stringify(month)}`;
  };
  yield UTF8.encode(`${JSON.stringify(rest, null, 1).slice(0, -2)},\n "files": [`);
  for (const text of list(files)) yield UTF8.encode(text);
  yield UTF8.encode('],\n "absent": [');
  for (const text of list(absent)) yield UTF8.encode(text);
  yield UTF8.encode(']\n}\n');
}

const seriesOf = ({ source, series, month }: PlannedMonth) => ({
  table: source.table.name,
  ...series,
  month: month.name,
});

const spanOf = ({ start, end }: { readonly start: number; readonly end: number }) => ({
  from: iso(start),
  to: iso(end),
});
