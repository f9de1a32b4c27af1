import { zstdDecompressSync } from 'node:zlib';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badRequest } from '../../../functions/core/errors/bad-request.ts';
import type { CoverageQueries } from '../../../functions/core/queries/ports.ts';
import { SECOND } from '../../../functions/core/time/time.ts';
import { createHandler as prepareFile } from '../../../functions/http/data/prepare-file.ts';
import { createHandler as rows } from '../../../functions/http/data/rows.ts';
import { createServices, type Services } from '../../../functions/runtime/services.ts';
import { until } from '../../helpers/until.ts';
import { type FakeS3, startFakeS3 } from '../exports/fake-s3.ts';
import { type FakeLambda, startFakeLambda } from './fake-lambda.ts';

/** The API as it is on AWS: a function that answers, one that makes files, a bucket between them. */
let s3: FakeS3;
let lambda: FakeLambda;
let services: Services;
let now = Date.UTC(2025, 5, 1);
let stored: { times: number[]; closes: number[] };
let revision: string;
/** before each batch of rows */
let reading: (signal: AbortSignal) => Promise<void>;
/** as time passes while an answer waits */
let later: () => Promise<unknown>;

beforeAll(async () => {
  [s3, lambda] = await Promise.all([startFakeS3('files'), startFakeLambda()]);
  const made = await createServices(
    {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_LAMBDA: lambda.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      GORDON_FILE_BUCKET: 'files',
      GORDON_FILE_MAKER: 'prepare-file',
    },
    {
      clock: () => now,
      sleep: async (ms) => {
        now += ms;
        await later();
      },
    },
  );
  const queries: Pick<CoverageQueries, 'batches' | 'revision'> = {
    async *batches(_, signal) {
      await reading(signal);
      const { times, closes } = stored;
      yield { length: times.length, columns: [Float64Array.from(times), Float64Array.from(closes)] };
    },
    revision: async () => revision,
  };
  services = Object.create(made, {
    queries: { value: queries },
    fileBucket: { value: made.fileBucket },
  }) as Services;
});
afterAll(async () => {
  await Promise.all([s3?.[Symbol.asyncDispose](), lambda?.[Symbol.asyncDispose](), services?.close()]);
});

beforeEach(() => {
  stored = { times: [Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 2)], closes: [1.5, 2] };
  revision = '1';
  reading = async () => {};
  later = async () => {};
  lambda.run = (event) => prepareFile(async () => services)(event, {} as Context);
});
afterEach(() => {
  s3.objects.clear();
  s3.headers.clear();
  lambda.invoked.length = 0;
  expect(s3.uploads.size).toBe(0);
});

const QUERY = { symbol: 'BTCUSDT', columns: 'open_time,close' };
async function ask(
  query: Record<string, string>,
  table = 'spot_klines',
  of = services,
): Promise<APIGatewayProxyResult> {
  const event = {
    headers: {},
    path: `/data/${table}`,
    body: null,
    queryStringParameters: query,
    pathParameters: { table },
  } as unknown as APIGatewayProxyEvent;
  return rows(async () => of)(event, {} as Context);
}
/** What a client does with an answer 202. */
const again = ({ headers }: APIGatewayProxyResult): Record<string, string> =>
  Object.fromEntries(new URL(String(headers!.location), 'https://api/v1/data/spot_klines').searchParams);

const hasFile = (): boolean => [...s3.objects.keys()].some((key) => key.startsWith('files/'));
const untilMade = () =>
  until(
    () => 'the file is made',
    async () => hasFile(),
    10,
  );

describe('a file of rows on AWS', () => {
  it('is made by a function of its own and fetched by a link, with a name, in ranges', async () => {
    later = untilMade;
    const answer = await ask({ ...QUERY, format: 'parquet' });
    expect(answer).toMatchObject({ statusCode: 303, body: '', headers: { 'cache-control': 'no-store' } });
    const link = new URL(String(answer.headers!.location));
    expect(link.origin).toBe(s3.url);
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      'X-Amz-Expires': '900',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const file = await fetch(link);
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': 'attachment; filename="spot_klines-BTCUSDT.parquet"',
      etag: expect.stringMatching(/^".+"$/),
    });
    const read = await parquetReadObjects({
      file: await file.arrayBuffer(),
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    });
    expect(read.map(({ close }) => close)).toEqual([1.5, 2]);
    expect(lambda.invoked).toEqual([
      {
        name: 'prepare-file',
        event: {
          id: expect.stringMatching(/^[0-9a-f]{64}$/),
          table: 'spot_klines',
          query: QUERY,
          format: 'parquet',
        },
      },
    ]);
  });

  it('is made once for a query and a state of the ledger', async () => {
    later = untilMade;
    const link = async (query: object = {}) => {
      const { headers } = await ask({ ...QUERY, format: 'parquet', ...query });
      return new URL(String(headers!.location)).pathname;
    };
    const first = await link();
    expect([await link(), lambda.invoked.length]).toEqual([first, 1]);
    s3.objects.clear();
    revision = '2';
    expect(await link()).not.toBe(first);
    expect(lambda.invoked.length).toBe(2);
  });

  it('is answered with 202 where it takes longer than 20 s, and is the same file when the ledger has grown since', async () => {
    const begun = Promise.withResolvers<void>();
    reading = () => begun.promise;
    const began = now;
    const first = await ask({ ...QUERY, format: 'parquet' });
    const file = JSON.parse(first.body).file as string;
    expect(first).toMatchObject({
      statusCode: 202,
      body: JSON.stringify({ state: 'making', file }),
      headers: { 'retry-after': '2', location: expect.stringContaining(`file=${file}`) },
    });
    expect(now - began).toBe(20 * SECOND);
    revision = 'another';
    const second = await ask(again(first));
    expect([second.statusCode, again(second)]).toEqual([202, { ...QUERY, format: 'parquet', file }]);
    begun.resolve();
    await untilMade();
    const third = await ask(again(second));
    expect([third.statusCode, new URL(String(third.headers!.location)).pathname]).toEqual([
      303,
      `/files/files/${file}`,
    ]);
    expect(lambda.invoked.length).toBe(1);
    // Its bucket has removed it, and its order: it is made of the rows that are there now.
    s3.objects.clear();
    later = untilMade;
    expect((await ask(again(second))).statusCode).toBe(303);
    expect(lambda.invoked.length).toBe(2);
  });

  it('is refused as making it was refused', async () => {
    reading = () => Promise.reject(badRequest('empty-range', 'from', 'it lies after to.'));
    const refused = await ask({ ...QUERY, format: 'arrow' });
    expect([refused.statusCode, JSON.parse(refused.body).code]).toEqual([400, 'empty-range']);
    reading = () => Promise.reject(new Error('inside'));
    const failed = await ask({ ...QUERY, format: 'arrow' });
    expect([failed.statusCode, JSON.parse(failed.body).code]).toEqual([503, 'file-not-made']);
    expect(hasFile()).toBe(false);
  });

  it('is not there in part', async () => {
    // More than a part of an upload, before the rows end in a failure.
    stored = { times: Array(300_000).fill(0), closes: Array.from({ length: 300_000 }, Math.random) };
    let batches = 0;
    const failing = Object.create(services, {
      queries: {
        value: {
          revision: async () => revision,
          async *batches(...given: Parameters<CoverageQueries['batches']>) {
            for (; batches < 9; batches++) yield* services.queries.batches(...given);
            throw badRequest('unknown-column', 'columns', 'gone.');
          },
        },
      },
    }) as Services;
    lambda.run = (event) => prepareFile(async () => failing)(event, {} as Context);
    const began = now;
    later = () => new Promise((resolve) => setImmediate(resolve));
    let answer = await ask({ ...QUERY, format: 'arrow' }, 'spot_klines', failing);
    while (answer.statusCode === 202 && now - began < 3_600_000) {
      answer = await ask(again(answer), 'spot_klines', failing);
    }
    expect([answer.statusCode, JSON.parse(answer.body).code, batches]).toEqual([400, 'unknown-column', 9]);
    expect(hasFile()).toBe(false);
  });

  it('reports a function that may not be invoked, and tries again', async () => {
    lambda.refuse = true;
    const answer = await ask({ ...QUERY, format: 'parquet' });
    expect([answer.statusCode, JSON.parse(answer.body)]).toMatchObject([503, { code: 'file-not-made' }]);
    later = untilMade;
    expect((await ask({ ...QUERY, format: 'parquet' })).statusCode).toBe(303);
  });
});

describe('text on AWS', () => {
  it('is the answer itself while it is small, and a file where it is not', async () => {
    const small = await ask({ ...QUERY, format: 'csv' });
    expect([small.statusCode, small.body.split('\n')[0], lambda.invoked.length]).toEqual([
      200,
      'open_time,close',
      0,
    ]);
    stored = { times: Array(150_000).fill(0), closes: Array(150_000).fill(123.456) };
    later = untilMade;
    const large = await ask({ ...QUERY, format: 'csv' });
    expect(large.statusCode).toBe(303);
    const file = await fetch(String(large.headers!.location));
    expect(file.headers.get('content-type')).toBe('text/csv');
    const text = await file.text();
    expect([text.length > 4_000_000, text.split('\n').length]).toEqual([true, 150_002]);
  });

  it('and a page of JSON is not a file', async () => {
    const answer = await ask({ symbol: 'BTCUSDT', file: 'a'.repeat(64) });
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([400, 'invalid-request']);
  });
});

it('without a bucket a file is refused, with what to do', async () => {
  const alone = Object.create(services, { fileBucket: { value: undefined } }) as Services;
  for (const format of ['parquet', 'arrow']) {
    const answer = await ask({ ...QUERY, format }, 'spot_klines', alone);
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([413, 'answer-too-large']);
  }
});
