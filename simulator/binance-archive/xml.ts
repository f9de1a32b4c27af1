import type { VenueAnswer } from '../frame/module.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeXml = (text: string): string =>
  /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (c) => ESCAPES[c] as string) : text;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const xml = (status: number, body: string): VenueAnswer => ({
  status,
  headers: { 'content-type': 'application/xml', server: 'AmazonS3' },
  body: DECLARATION + body,
});

export const noSuchKey = (key: string): VenueAnswer =>
  xml(
    404,
    `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>${escapeXml(key)}</Key></Error>`,
  );
