import { describe, expect, it } from 'vitest';
import { baseUrl } from '../../functions/runtime/venues/hosts.ts';

const host = { env: 'GORDON_X_URL', url: 'https://venue.example' };

describe('baseUrl', () => {
  it.each([
    [undefined, 'https://venue.example'],
    ['', 'https://venue.example'],
    ['http://127.0.0.1:4000/x/', 'http://127.0.0.1:4000/x'],
    ['https://mirror.example', 'https://mirror.example'],
  ])('with %j is %s', (text, url) => {
    expect(baseUrl(host, { GORDON_X_URL: text })).toBe(url);
  });

  it.each([
    'proxy.local',
    'ftp://proxy.local',
    'https://proxy.local/?key=1',
    'https://me:pw@',
    'https://proxy/#a',
  ])('refuses %j without showing it', (text) => {
    const attempt = () => baseUrl(host, { GORDON_X_URL: text });
    expect(attempt).toThrow(expect.objectContaining({ code: 'bad-environment', subject: 'GORDON_X_URL' }));
    expect(attempt).not.toThrow(text);
  });
});
