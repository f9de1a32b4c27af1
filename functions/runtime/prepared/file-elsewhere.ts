import type { Reply } from '../../core/api/operations.ts';
import { exportName, type RowsExport } from '../../core/queries/export/export-rows.ts';
import { awaitFile, orderFile } from '../../core/queries/export/prepared.ts';
import type { CoverageQueries } from '../../core/queries/ports.ts';
import type { Clock } from '../../core/time/time.ts';
import { fileId } from '../../stores/files/spool.ts';
import type { ApiRequest, TextAnswer } from '../http-handler.ts';
import type { FileBucket } from './file-bucket.ts';
import { preparedFiles } from './prepared-files.ts';

/** After how many seconds the client is to come again. */
const COME_AGAIN = '2';

/**
 * Sends the client to the file of an export in a bucket, or has it come again while the file is made.
 * @param begun the file that an earlier answer named
 * @throws GordonError as `orderFile` does
 */
export async function fileElsewhere(
  wanted: RowsExport,
  request: ApiRequest,
  begun: string | undefined,
  ports: {
    readonly queries: Pick<CoverageQueries, 'revision'>;
    readonly clock: Clock;
    readonly bucket: FileBucket;
  },
): Promise<Reply<'rows'> | TextAnswer> {
  const { queries, clock, bucket } = ports;
  const files = preparedFiles(bucket);
  const known = begun === undefined ? undefined : await awaitFile(begun, files, clock);
  if (known === 'making') return comeAgain(request, begun!);
  if (known) return sentTo(known.link);
  const revision = await queries.revision(wanted.requests, wanted.sources);
  const id = fileId({ name: exportName(wanted), revision });
  const { file: _, format: __, ...query } = given(request);
  const order = { table: request.path.table ?? '', query, format: wanted.format };
  const link = await orderFile(id, order, files, clock);
  return link === undefined ? comeAgain(request, id) : sentTo(link);
}

const NEVER_KEPT = { 'cache-control': 'no-store' };

const sentTo = (location: string): TextAnswer => ({
  status: 303,
  headers: { ...NEVER_KEPT, location, 'content-type': 'text/plain' },
  text: '',
});

/** The same address with the name of the file, which stays the same while newer rows arrive. Relative: a stage may come before the path. */
const comeAgain = (request: ApiRequest, file: string): Reply<'rows'> => ({
  status: 202,
  headers: {
    ...NEVER_KEPT,
    location: `?${new URLSearchParams({ ...given(request), file })}`,
    'retry-after': COME_AGAIN,
  },
  body: { state: 'making', file },
});

const given = ({ query }: ApiRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
