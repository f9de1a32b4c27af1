import type { Reply } from '../../core/api/operations.ts';
import { badRequest, parseInput } from '../../core/errors/bad-request.ts';
import type { GordonError } from '../../core/errors/errors.ts';
import {
  exportedText,
  parseRowsExport,
  type RowsExport,
  refuseSymbols,
} from '../../core/queries/export/export-rows.ts';
import { parseFormat } from '../../core/queries/export/formats.ts';
import { RowsQuery } from '../../core/queries/parameters.ts';
import { parseRowsRequest } from '../../core/queries/tables.ts';
import { type ApiRequest, httpHandler, type TextAnswer } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';
import { type StreamAnswer, streamHandler } from '../../runtime/stream-handler.ts';

/** A Lambda's answer has 6 MB at most, as JSON, in which quotes and line ends are escaped. */
const LARGEST_TEXT = 4_000_000;
/** API Gateway waits for 29 s. */
const LONGEST_MS = 25_000;

type Ports = Uses<'queries' | 'sources'>;

export const createHandler = httpHandler(
  async (request, ports: Ports): Promise<Reply<'rows'> | TextAnswer> => {
    const wanted = parse(request, ports);
    if (wanted) return collect(wanted, ports);
    const query = parseInput(RowsQuery, request.query, 'the query');
    refuseSymbols(query);
    const page = parseRowsRequest(ports.sources, request.path.table ?? '', query);
    return { status: 200, body: await ports.queries.rows(page) };
  },
);

/** The same for a host, which streams: undefined where the answer is a page of JSON. */
export const createStream = streamHandler(
  async (request, ports: Ports, signal): Promise<StreamAnswer | undefined> => {
    const wanted = parse(request, ports);
    return wanted && { headers: wanted.headers, text: exportedText(wanted, ports.queries, signal) };
  },
);

function parse({ path, query: given, headers }: ApiRequest, { sources }: Ports): RowsExport | undefined {
  const query = parseInput(RowsQuery, given, 'the query');
  const format = parseFormat(query.format, headers.accept);
  return format === 'json' ? undefined : parseRowsExport(sources, path.table ?? '', query, format);
}

/** The whole answer, where nothing can be streamed. @throws GordonError `answer-too-large` */
async function collect(wanted: RowsExport, { queries }: Ports): Promise<TextAnswer> {
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
