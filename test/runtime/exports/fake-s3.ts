import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bucket as S3 serves one by path: whole objects, uploads in parts, conditions; it believes every signature. */
export interface FakeS3 extends AsyncDisposable {
  readonly url: string;
  /** by key */
  readonly objects: Map<string, Buffer>;
  /** of objects that were entered with a type or a disposition, by key */
  readonly headers: Map<string, Record<string, string>>;
  /** uploads in parts that are neither complete nor given up, by id */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** the next PUT is answered so, once */
  refuse: { readonly status: number; readonly code: string } | undefined;
}

/** Keys of one answer to a list. */
const PAGE = 2;

export async function startFakeS3(bucket: string | RegExp): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const headers = new Map<string, Record<string, string>>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const s3: Pick<FakeS3, 'refuse'> = { refuse: undefined };
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url!, 'http://s3');
    const [, of, ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const fail = (status: number, code: string): void => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(
        `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code} of ${key}</Message></Error>`,
      );
    };
    if (typeof bucket === 'string' ? of !== bucket : !bucket.test(of!)) return fail(404, 'NoSuchBucket');
    if (request.method === 'GET' && key === '') return list(url.searchParams, response);
    const query = url.searchParams;
    const upload = uploads.get(query.get('uploadId') ?? '');
    if (request.method === 'GET' || request.method === 'HEAD') {
      const found = objects.get(key);
      if (!found) return fail(404, 'NoSuchKey');
      const own = { ...headers.get(key), etag: etagOf(found), 'content-length': found.length };
      response.writeHead(200, own).end(request.method === 'GET' ? found : undefined);
    } else if (request.method === 'POST' && query.has('uploads')) {
      const id = String(++made);
      uploads.set(id, new Map());
      keep(key, request);
      xml(
        response,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    } else if (request.method === 'POST' && upload) {
      const parts = [...upload].sort(([a], [b]) => a - b).map(([, part]) => part);
      objects.set(key, Buffer.concat(parts));
      uploads.delete(query.get('uploadId')!);
      xml(response, '<CompleteMultipartUploadResult><ETag>"all"</ETag></CompleteMultipartUploadResult>');
    } else if (request.method === 'PUT') {
      const refused = s3.refuse;
      s3.refuse = undefined;
      if (refused) return fail(refused.status, refused.code);
      const sum = createHash('sha256').update(body).digest('base64');
      const given = request.headers['x-amz-checksum-sha256'];
      // Whoever sends no SHA-256 sends the client's own sum.
      if (given === undefined ? !request.headers['x-amz-checksum-crc32'] : given !== sum) {
        return fail(400, 'BadDigest');
      }
      if (upload) {
        upload.set(Number(query.get('partNumber')), body);
        response.writeHead(200, { etag: etagOf(body) }).end();
        return;
      }
      const there = objects.get(key);
      const { 'if-none-match': none, 'if-match': match } = request.headers;
      if ((none === '*' && there) || (match !== undefined && (!there || match !== etagOf(there)))) {
        return fail(412, 'PreconditionFailed');
      }
      objects.set(key, body);
      keep(key, request);
      response.writeHead(200, { etag: etagOf(body) }).end();
    } else if (request.method === 'DELETE' && upload) {
      uploads.delete(query.get('uploadId')!);
      response.writeHead(204).end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else fail(405, 'MethodNotAllowed');
  };
  let made = 0;
  const keep = (key: string, { headers: given }: IncomingMessage): void => {
    const kept = ['content-type', 'content-disposition'].flatMap((name) =>
      given[name] === undefined ? [] : [[name, String(given[name])] as const],
    );
    headers.set(key, Object.fromEntries(kept));
  };
  const list = (query: URLSearchParams, response: ServerResponse): void => {
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort();
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map(
      (key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.length}</Size></Contents>`,
    );
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>` +
        `${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
    );
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(s3, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    headers,
    uploads,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

const xml = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?>${body}`);
};
