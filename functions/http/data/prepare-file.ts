import * as z from 'zod';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { GordonError } from '../../core/errors/errors.ts';
import {
  exportedColumns,
  exportedText,
  parseRowsExport,
  type RowsExport,
} from '../../core/queries/export/export-rows.ts';
import { type FileFormat, isFile, parseFormat, type TextFormat } from '../../core/queries/export/formats.ts';
import { keptProblem } from '../../core/queries/export/prepared.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { MINUTE } from '../../core/time/time.ts';
import { fileWriter } from '../../runtime/file-writer.ts';
import { bucketStore } from '../../runtime/prepared/bucket-store.ts';
import { eventHandler } from '../../runtime/scheduled-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

const Event = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  table: z.string(),
  query: RowsQuery,
  format: z.string(),
});

/** The function itself ends after 15 minutes, without a word to those that wait. */
const LONGEST = 14 * MINUTE;

type Ports = Uses<'queries' | 'sources' | 'fileBucket' | 'clock'>;

export const createHandler = eventHandler(async (ports: Ports, log, given) => {
  const { id, table, query, format: word } = parseInput(Event, given, 'the event');
  const store = bucketStore(ports.fileBucket!);
  const { clock } = ports;
  const at = clock();
  const end = new AbortController();
  const late = setTimeout(() => end.abort(tooLong), LONGEST);
  try {
    const format = parseFormat(word);
    const wanted = parseRowsExport(ports.sources, table, query, format);
    await store.put(id, wanted.headers, await piecesOf(wanted, ports, end.signal), end.signal);
    log.info('made', { id, table, format, seconds: (clock() - at) / 1_000 });
    return { id };
  } catch (error) {
    await store.enter(id, { state: 'failed', at, problem: keptProblem(error, id) }, await store.order(id));
    // The request was at fault, and the answer says so to its sender.
    if (error instanceof GordonError && error.status < 500) return { id, code: error.code };
    throw error;
  } finally {
    clearTimeout(late);
  }
});

const tooLong = badRequest('answer-too-large', 'the file', 'it takes more than 14 minutes to make.');

async function piecesOf(
  wanted: RowsExport,
  { queries }: Ports,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (!isFile(wanted.format)) return exportedText(wanted as RowsExport<TextFormat>, queries, signal);
  const write = await fileWriter(wanted.format);
  const { columns, batches, metadata } = exportedColumns(wanted as RowsExport<FileFormat>, queries, signal);
  return write(columns, batches, metadata);
}

export const handler = createHandler(servicesFromEnv);
