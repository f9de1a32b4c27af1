import { type FileHandle, open } from 'node:fs/promises';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { isSuffix } from '../../core/queries/export/byte-range.ts';
import {
  exportedColumns,
  exportedText,
  exportName,
  isTextExport,
  parseExport,
  type RowsExport,
} from '../../core/queries/export/export-rows.ts';
import type { FileFormat } from '../../core/queries/export/formats.ts';
import type { SpooledFile } from '../../core/queries/export/spool.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { fileWriter } from '../../runtime/file-writer.ts';
import type { Uses } from '../../runtime/services.ts';
import { type FileAnswer, type StreamAnswer, streamHandler } from '../../runtime/stream-handler.ts';

type Ports = Uses<'queries' | 'sources' | 'spool'>;

/** Rows for a host, which streams: undefined where the answer is a page of JSON. A file of its own: a Lambda needs no writer of files. */
export const createStream = streamHandler(
  async (request, ports: Ports, signal): Promise<StreamAnswer | FileAnswer | undefined> => {
    const query = parseInput(RowsQuery, request.query, 'the query');
    const wanted = parseExport(ports.sources, request, query);
    if (!wanted) return undefined;
    if (!isTextExport(wanted)) return fileOf(wanted, request.headers.range, ports, signal);
    return { headers: wanted.headers, text: exportedText(wanted, ports.queries, signal) };
  },
);

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
