import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { type CopyQuery, closeCopy, openCopy } from '../../../functions/stores/copy/copy-stream.ts';

/** A COPY as postgres.js has it, and the request that cancels it, which arrives when the test says so. */
async function underWay() {
  const stream = new PassThrough();
  const request = Promise.withResolvers<void>();
  const query = { readable: async () => stream, canceller: () => request.promise, cancel: () => {} };
  await openCopy(query as unknown as CopyQuery);
  return { stream, request, query: query as unknown as CopyQuery };
}

it('a COPY that is left gives its session back when the request to cancel it has arrived', async () => {
  const { stream, request, query } = await underWay();
  let isFree = false;
  const closed = closeCopy(stream, query).then(() => {
    isFree = true;
  });
  // Its last rows were on their way already: the server is done with it before it knows of the request.
  stream.end();
  await new Promise((resolve) => stream.once('close', resolve));
  await new Promise(setImmediate);
  expect(isFree).toBe(false);
  request.resolve();
  await closed;
  expect(isFree).toBe(true);
});

it('a COPY whose request gets lost is read to its end', async () => {
  const { stream, request, query } = await underWay();
  const closed = closeCopy(stream, query);
  request.reject(new Error('connect ECONNREFUSED'));
  stream.end('the last rows');
  await closed;
  expect(stream.readableEnded).toBe(true);
});

it('a COPY that has ended is not cancelled', async () => {
  const { stream, query } = await underWay();
  let requests = 0;
  Object.assign(query, { canceller: async () => (requests += 1) });
  stream.resume().end();
  await new Promise((resolve) => stream.once('close', resolve));
  await closeCopy(stream, query);
  expect(requests).toBe(0);
});
