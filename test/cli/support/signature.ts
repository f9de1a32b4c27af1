import { createHash, createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { Received } from './fake-api.ts';

export const KEYS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  sessionToken: 'session+token=',
};

/** @param raw the body as it was sent */
export function expectSigned(received: Received, raw: string): void {
  expect(received.headers['x-amz-security-token']).toBe(KEYS.sessionToken);
  expect(received.headers['x-amz-date']).toMatch(/^\d{8}T\d{6}Z$/);
  const header = String(received.headers.authorization);
  expect(header).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=host;(?:[a-z-]+;)*x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
  expect(header.split('Signature=')[1]).toBe(signatureOf(received, raw));
}

/** Signature Version 4 as AWS computes it anew, from what arrived. */
function signatureOf(received: Received, raw: string): string {
  const { authorization } = received.headers as Record<string, string>;
  const [, scope, signed] = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=/.exec(
    authorization!,
  )!;
  const [date, region, service] = scope!.split('/');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const [path, query = ''] = received.path.split('?');
  const headers = signed!.split(';').map((name) => `${name}:${String(received.headers[name]).trim()}\n`);
  const canonical = [
    received.method,
    path,
    query.split('&').sort().join('&'),
    headers.join(''),
    signed,
    hash(raw),
  ];
  const text = ['AWS4-HMAC-SHA256', received.headers['x-amz-date'], scope, hash(canonical.join('\n'))].join(
    '\n',
  );
  const key = [date!, region!, service!, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${KEYS.secretAccessKey}`,
  );
  return hmac(key, text).toString('hex');
}
