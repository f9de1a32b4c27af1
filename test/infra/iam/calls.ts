import type { IncomingHttpHeaders } from 'node:http';
import { regional } from './account.ts';

/** One permission that a request needs. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  /** condition keys of the request */
  readonly context: Readonly<Record<string, string>>;
}

export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Who signed a request, and for which service: `Credential=<key>/<day>/<region>/<service>/aws4_request`. */
export function signerOf({ headers, url }: Received): { readonly key: string; readonly service: string } {
  const signed = /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1];
  const credential = signed ?? url.searchParams.get('X-Amz-Credential') ?? '';
  const [key, , , service] = credential.split('/');
  if (!key || !service) throw new Error(`a request without a signature: ${url.pathname}`);
  return { key, service };
}

/** What a request to an AWS service needs, as the service's authorization reference says. */
export function needsOf(service: string, request: Received): Need[] {
  const needs = NEEDS[service];
  if (!needs) throw new Error(`no test knows the service ${service}`);
  return needs(request);
}

const NEEDS: Readonly<Record<string, (request: Received) => Need[]>> = {
  dynamodb: targeted('dynamodb', (body) => {
    const table = regional('dynamodb', `table/${body.TableName}`);
    return [body.IndexName === undefined ? table : `${table}/index/${body.IndexName}`];
  }),
  events: targeted('events', ({ Entries }) =>
    (Entries as { EventBusName: string }[]).map(({ EventBusName: bus }) =>
      regional('events', `event-bus/${bus}`),
    ),
  ),
  states: targeted('states', ({ stateMachineArn, executionArn }) => [
    String(executionArn ?? stateMachineArn),
  ]),
  secretsmanager: targeted('secretsmanager', ({ SecretId }) => [String(SecretId)]),
  lambda: ({ url }) => [
    {
      action: 'lambda:InvokeFunction',
      resource: decodeURIComponent(url.pathname.split('/')[3]!),
      context: {},
    },
  ],
  s3: bucketNeeds,
};

/** The services whose action stands in a header. */
function targeted(service: string, resources: (body: Record<string, unknown>) => string[]) {
  return ({ headers, body }: Received): Need[] => {
    const action = `${service}:${String(headers['x-amz-target']).split('.').at(-1)}`;
    const sent = JSON.parse(body.toString()) as Record<string, unknown>;
    return resources(sent).map((resource) => ({ action, resource, context: {} }));
  };
}

function bucketNeeds({ method, url, headers }: Received): Need[] {
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const object = (action: string): Need => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${bucket}/${key}`,
    context: { 'aws:SecureTransport': 'true' },
  });
  if (method === 'GET' && key === '') return [listOf(bucket!, url.searchParams.get('prefix'))];
  if (method === 'GET' || method === 'HEAD') return [object('GetObject')];
  if (method === 'DELETE' && url.searchParams.has('uploadId')) return [object('AbortMultipartUpload')];
  if (method === 'DELETE') return [object('DeleteObject')];
  // All steps of an upload in parts need the same, and a write that depends on what is there reads it.
  const reads = headers['if-match'] === undefined ? [] : [object('GetObject')];
  return [object('PutObject'), ...reads];
}

/**
 * What S3 checks before it answers 404 instead of 403 for an object that is not there. The request has no prefix then, so that a
 * statement with a condition on it does not count.
 */
export const missingObject = (bucket: string): Need => listOf(bucket, null);

const listOf = (bucket: string, prefix: string | null): Need => ({
  action: 's3:ListBucket',
  resource: `arn:aws:s3:::${bucket}`,
  context: { 'aws:SecureTransport': 'true', ...(prefix !== null && { 's3:prefix': prefix }) },
});
