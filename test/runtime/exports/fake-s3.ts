import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bucket as S3 serves one by path, with the requests of a tree alone. */
export interface FakeS3 extends AsyncDisposable {
  readonly url: string;
  /** by key */
  readonly objects: Map<string, Buffer>;
  /** parts of uploads that neither ended nor were given up, by the upload's id */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** the next PUT is answered so, once */
  refuse: { readonly status: number; readonly code: string } | undefined;
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** Keys of one answer to a list. */
const PAGE = 2;

export async function startFakeS3(bucket: string): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const uploads: FakeS3['uploads'] = new Map();
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
    if (of !== bucket) return fail(404, 'NoSuchBucket');
    if (request.method === 'GET' && key === '') return list(url.searchParams, response);
    if (request.method === 'GET') {
      const found = objects.get(key);
      if (!found) return fail(404, 'NoSuchKey');
      response.writeHead(200, { 'content-length': found.length, etag: etagOf(found) }).end(found);
    } else if (request.method === 'PUT') {
      const refused = s3.refuse;
      s3.refuse = undefined;
      if (refused) return fail(refused.status, refused.code);
      const sum = createHash('sha256').update(body).digest('base64');
      const stated = request.headers['x-amz-checksum-sha256'];
      if ((stated ?? (key.endsWith('/lock') ? sum : '')) !== sum) return fail(400, 'BadDigest');
      const upload = url.searchParams.get('uploadId');
      if (upload !== null) {
        const parts = uploads.get(upload);
        if (!parts) return fail(404, 'NoSuchUpload');
        parts.set(Number(url.searchParams.get('partNumber')), body);
      } else {
        const there = objects.get(key);
        const { 'if-match': match, 'if-none-match': none } = request.headers;
        if (none === '*' && there) return fail(412, 'PreconditionFailed');
        if (match !== undefined && (!there || etagOf(there) !== match))
          return fail(412, 'PreconditionFailed');
        objects.set(key, body);
      }
      response.writeHead(200, { etag: etagOf(body) }).end();
    } else if (request.method === 'POST') multipart(url, key, body.toString(), response);
    else if (request.method === 'DELETE') {
      const upload = url.searchParams.get('uploadId');
      if (upload === null) objects.delete(key);
      else uploads.delete(upload);
      response.writeHead(204).end();
    } else fail(405, 'MethodNotAllowed');
  };
  const multipart = (url: URL, key: string, text: string, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    if (url.searchParams.has('uploads')) {
      const id = `upload-${uploads.size + 1}`;
      uploads.set(id, new Map());
      response.end(
        `<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
      return;
    }
    const id = url.searchParams.get('uploadId')!;
    const parts = uploads.get(id)!;
    const listed = [...text.matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
    objects.set(key, Buffer.concat(listed.map((number) => parts.get(number)!)));
    uploads.delete(id);
    response.end(
      '<?xml version="1.0"?><CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>',
    );
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
    uploads,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
