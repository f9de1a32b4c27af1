import { type FileHandle, open } from 'node:fs/promises';
import type * as z from 'zod';
import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { GordonError } from '../../core/errors/errors.ts';
import { isSuffix } from '../../core/queries/export/byte-range.ts';
import {
  exportedColumns,
  exportedText,
  exportName,
  parseRowsExport,
  type RowsExport,
  refuseSymbols,
} from '../../core/queries/export/export-rows.ts';
import { type FileFormat, isFile, parseFormat, type TextFormat } from '../../core/queries/export/formats.ts';
import type { SpooledFile } from '../../core/queries/export/spool.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { parseRowsRequest } from '../../core/queries/tables.ts';
import { fileWriter } from '../../runtime/file-writer.ts';
import { type ApiRequest, httpHandler, type TextAnswer } from '../../runtime/http-handler.ts';
import { fileElsewhere } from '../../runtime/prepared/file-elsewhere.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';
import { type FileAnswer, type StreamAnswer, streamHandler } from '../../runtime/stream-handler.ts';

/** A Lambda's answer has 6 MB at most, as JSON, in which quotes and line ends are escaped. */
const LARGEST_TEXT = 4_000_000;
/** API Gateway waits for 29 s; where a larger text can be made a file, most of that is left for the file. */
const LONGEST_MS = { alone: 25_000, 'before a file': 5_000 } as const;

type Ports = Uses<'queries' | 'sources' | 'spool' | 'fileBucket' | 'clock'>;

export const createHandler = httpHandler(
  async (request, ports: Ports): Promise<Reply<'rows'> | TextAnswer> => {
    const query = parseInput(RowsQuery, request.query, 'the query');
    const wanted = exportIn(request, query, ports);
    if (!wanted) {
      refuseSymbols(query);
      if (query.file) throw badRequest('invalid-request', 'the query', '"file": a page of JSON is no file.');
      const page = parseRowsRequest(ports.sources, request.path.table ?? '', query);
      return { status: 200, body: await ports.queries.rows(page) };
    }
    if (query.file === undefined && isText(wanted)) {
      const text = await collected(wanted, ports);
      if (text !== undefined) return { status: 200, headers: wanted.headers, text };
    }
    if (!ports.fileBucket) throw tooLarge('is a file');
    const { queries, clock, fileBucket: bucket } = ports;
    return fileElsewhere(wanted, request, query.file, { queries, clock, bucket });
  },
);

/** The same for a host, which streams: undefined where the answer is a page of JSON. */
export const createStream = streamHandler(
  async (request, ports: Ports, signal): Promise<StreamAnswer | FileAnswer | undefined> => {
    const wanted = exportIn(request, parseInput(RowsQuery, request.query, 'the query'), ports);
    if (!wanted) return undefined;
    if (!isText(wanted)) return fileOf(wanted, request.headers.range, ports, signal);
    return { headers: wanted.headers, text: exportedText(wanted, ports.queries, signal) };
  },
);

function exportIn(
  { path, headers }: ApiRequest,
  query: z.output<typeof RowsQuery>,
  { sources }: Ports,
): RowsExport | undefined {
  const format = parseFormat(query.format, headers.accept);
  return format === 'json' ? undefined : parseRowsExport(sources, path.table ?? '', query, format);
}

const isText = (wanted: RowsExport): wanted is RowsExport<TextFormat> => !isFile(wanted.format);

/** The file of an export, open. */
async function fileOf(
  wanted: RowsExport,
  range: string | undefined,
  ports: Ports,
  signal: AbortSignal,
): Promise<FileAnswer> {
  const name = exportName(wanted);
  // The part of a file that the client has begun to read, though there may be newer rows by now.
  const begun = range !== undefined && !isSuffix(range) ? ports.spool.recent(name) : undefined;
  const opened = begun && (await tryOpen(begun));
  // A file may make room for another one before it is opened, but hardly twice.
  const { file, handle } = opened ?? (await made()) ?? (await made()) ?? {};
  if (!file || !handle) throw badRequest('answer-too-large', 'the file', 'there is no room to keep it.');
  return { headers: wanted.headers, file: handle, bytes: file.bytes, etag: `"${file.sha256}"` };

  async function made() {
    const revision = await ports.queries.revision(wanted.requests, wanted.sources);
    const write = await fileWriter(wanted.format as FileFormat);
    const file = await ports.spool.file(
      { name, revision },
      (end) => {
        const { columns, batches, metadata } = exportedColumns(
          wanted as RowsExport<FileFormat>,
          ports.queries,
          end,
        );
        return write(columns, batches, metadata);
      },
      signal,
    );
    return tryOpen(file);
  }
}

async function tryOpen(file: SpooledFile): Promise<{ file: SpooledFile; handle: FileHandle } | undefined> {
  try {
    return { file, handle: await open(file.path) };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The whole text; undefined where it is too large and can be made a file. @throws GordonError `answer-too-large` */
async function collected(
  wanted: RowsExport<TextFormat>,
  { queries, fileBucket }: Ports,
): Promise<string | undefined> {
  const longest = LONGEST_MS[fileBucket ? 'before a file' : 'alone'];
  const end = new AbortController();
  const tooLong = tooLarge(`takes more than ${longest / 1_000} s`);
  const late = setTimeout(() => end.abort(tooLong), longest);
  try {
    let text = '';
    let bytes = 0;
    for await (const piece of exportedText(wanted, queries, end.signal)) {
      text += piece;
      bytes += Buffer.byteLength(piece);
      if (bytes > LARGEST_TEXT) throw tooLarge('is larger than 4 MB');
    }
    return text;
  } catch (error) {
    if (fileBucket && error instanceof GordonError && error.code === 'answer-too-large') return undefined;
    throw error;
  } finally {
    clearTimeout(late);
  }
}

const tooLarge = (why: string): GordonError =>
  badRequest('answer-too-large', 'the answer', `The answer ${why}, and a Lambda gives none in pieces.`);

export const handler = createHandler(servicesFromEnv);
