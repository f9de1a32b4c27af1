import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import { GordonError } from '../../core/errors/errors.ts';
import {
  exportedText,
  isTextExport,
  parseExport,
  type RowsExport,
  refuseSymbols,
} from '../../core/queries/export/export-rows.ts';
import type { TextFormat } from '../../core/queries/export/formats.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { parseRowsRequest } from '../../core/queries/tables.ts';
import { httpHandler, type TextAnswer } from '../../runtime/http-handler.ts';
import { fileElsewhere } from '../../runtime/prepared/file-elsewhere.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

/** A Lambda's answer has 6 MB at most, as JSON, in which quotes and line ends are escaped. */
const LARGEST_TEXT = 4_000_000;
/** API Gateway waits for 29 s; where a larger text can be made a file, most of that is left for the file. */
const LONGEST_MS = { alone: 25_000, 'before a file': 5_000 } as const;

type Ports = Uses<'queries' | 'sources' | 'fileBucket' | 'clock'>;

export const createHandler = httpHandler(
  async (request, ports: Ports): Promise<Reply<'rows'> | TextAnswer> => {
    const query = parseInput(RowsQuery, request.query, 'the query');
    const wanted = parseExport(ports.sources, request, query);
    if (!wanted) {
      refuseSymbols(query);
      if (query.file)
        throw badRequest('invalid-request', 'the query', '"file": a page of JSON is not a file.');
      const page = parseRowsRequest(ports.sources, request.path.table ?? '', query);
      return { status: 200, body: await ports.queries.rows(page) };
    }
    if (query.file === undefined && isTextExport(wanted)) {
      const text = await collected(wanted, ports);
      if (text !== undefined) return { status: 200, headers: wanted.headers, text };
    }
    if (!ports.fileBucket) throw tooLarge('is a file');
    const { queries, clock, fileBucket: bucket } = ports;
    return fileElsewhere(wanted, request, query.file, { queries, clock, bucket });
  },
);

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
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of exportedText(wanted, queries, end.signal)) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > LARGEST_TEXT) throw tooLarge('is larger than 4 MB');
    }
    return Buffer.concat(pieces).toString();
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
