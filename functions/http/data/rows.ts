import { type FileHandle, open } from 'node:fs/promises';
import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import type { GordonError } from '../../core/errors/errors.ts';
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
import { type ApiRequest, httpHandler, type TextAnswer } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';
import { type FileAnswer, type StreamAnswer, streamHandler } from '../../runtime/stream-handler.ts';

/** A Lambda's answer has 6 MB at most, as JSON, in which quotes and line ends are escaped. */
const LARGEST_TEXT = 4_000_000;
/** API Gateway waits for 29 s. */
const LONGEST_MS = 25_000;

type Ports = Uses<'queries' | 'sources' | 'spool' | 'fileWriter'>;

export const createHandler = httpHandler(
  async (request, ports: Ports): Promise<Reply<'rows'> | TextAnswer> => {
    const wanted = parse(request, ports);
    if (wanted && isText(wanted)) return collect(wanted, ports);
    if (wanted) throw badRequest('answer-too-large', wanted.format, 'a Lambda makes no files.');
    const query = parseInput(RowsQuery, request.query, 'the query');
    refuseSymbols(query);
    const page = parseRowsRequest(ports.sources, request.path.table ?? '', query);
    return { status: 200, body: await ports.queries.rows(page) };
  },
);

/** The same for a host, which streams: undefined where the answer is a page of JSON. */
export const createStream = streamHandler(
  async (request, ports: Ports, signal): Promise<StreamAnswer | FileAnswer | undefined> => {
    const wanted = parse(request, ports);
    if (!wanted) return undefined;
    if (!isText(wanted)) return fileOf(wanted, request.headers.range, ports, signal);
    return { headers: wanted.headers, text: exportedText(wanted, ports.queries, signal) };
  },
);

function parse({ path, query: given, headers }: ApiRequest, { sources }: Ports): RowsExport | undefined {
  const query = parseInput(RowsQuery, given, 'the query');
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
    const write = await ports.fileWriter(wanted.format as FileFormat);
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

/** The whole answer, where nothing can be streamed. @throws GordonError `answer-too-large` */
async function collect(wanted: RowsExport<TextFormat>, { queries }: Ports): Promise<TextAnswer> {
  const end = new AbortController();
  const late = setTimeout(() => end.abort(tooLarge('takes more than 25 s')), LONGEST_MS);
  try {
    let text = '';
    for await (const piece of exportedText(wanted, queries, end.signal)) {
      text += piece;
      if (Buffer.byteLength(text) > LARGEST_TEXT) throw tooLarge('is larger than 4 MB');
    }
    return { status: 200, headers: wanted.headers, text };
  } finally {
    clearTimeout(late);
  }
}

const tooLarge = (why: string): GordonError =>
  badRequest('answer-too-large', 'the answer', `The answer ${why}, and a Lambda gives none in pieces.`);

export const handler = createHandler(servicesFromEnv);
