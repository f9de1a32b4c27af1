import { describe, expect, it } from 'vitest';
import { withSecrets } from '../../functions/runtime/secrets/secrets.ts';

const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:url-AbCdEf';

describe('secrets', () => {
  it('become the variables that they are named after', async () => {
    const read = async (arn: string) => `text of ${arn}`;
    const variables = { GORDON_DATABASE_URL_SECRET_ARN: arn, GORDON_JOB_TABLE: 'jobs' };
    expect(await withSecrets(variables, read)).toEqual({
      ...variables,
      GORDON_DATABASE_URL: `text of ${arn}`,
    });
  });

  it('are not read where the variable is there', async () => {
    const requested: string[] = [];
    const variables = { GORDON_DATABASE_URL: 'postgres://here', GORDON_DATABASE_URL_SECRET_ARN: arn };
    const read = async (one: string) => {
      requested.push(one);
      return 'other';
    };
    expect((await withSecrets(variables, read)).GORDON_DATABASE_URL).toBe('postgres://here');
    expect(requested).toEqual([]);
  });

  it('that cannot be read say which, and that it may pass', async () => {
    const variables = { GORDON_DATABASE_URL_SECRET_ARN: arn };
    const denied = async () => {
      throw new Error('AccessDenied');
    };
    const expected = {
      name: 'RetryableStoreError',
      code: 'secret-unreadable',
      subject: 'GORDON_DATABASE_URL',
      message: expect.stringContaining(arn),
    };
    await expect(withSecrets(variables, denied)).rejects.toMatchObject(expected);
    await expect(withSecrets(variables, async () => undefined)).rejects.toMatchObject(expected);
  });
});
