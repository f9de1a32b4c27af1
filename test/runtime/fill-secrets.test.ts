import { describe, expect, it } from 'vitest';
import { fillSecrets, type SecretStore } from '../../functions/runtime/secrets/fill-secrets.ts';
import { UNFILLED } from '../../functions/stores/postgres/roles/logins.ts';

const OWNER = 'postgres://owner:secret@db.example:5432/warehouse?sslmode=require';
const VARIABLES = {
  GORDON_FILLED_SECRETS: 'GORDON_WRITER_URL,GORDON_READER_URL',
  GORDON_WRITER_URL_SECRET_ARN: 'arn:writer',
  GORDON_READER_URL_SECRET_ARN: 'arn:reader',
  GORDON_AGGREGATES_URL_SECRET_ARN: 'arn:refresher',
};

function storeWith(texts: Record<string, string>): SecretStore & { readonly texts: Record<string, string> } {
  return {
    texts,
    get: async (arn) => texts[arn],
    put: async (arn, text) => {
      texts[arn] = text;
    },
  };
}

describe('the secrets of logins', () => {
  it('that the stack made get URLs with passwords of their own, and a secret of the operator stays', async () => {
    const store = storeWith({ 'arn:writer': UNFILLED, 'arn:reader': UNFILLED, 'arn:refresher': 'theirs' });
    const logins = await fillSecrets(VARIABLES, OWNER, store);
    expect(store.texts).toEqual({
      'arn:writer': logins.writer,
      'arn:reader': logins.reader,
      'arn:refresher': 'theirs',
    });
    const [writer, reader] = [new URL(logins.writer!), new URL(logins.reader!)];
    expect(writer.href.replace(writer.password, '…')).toBe(
      'postgres://gordon_writer:…@db.example:5432/warehouse?sslmode=require',
    );
    expect(reader.username).toBe('gordon_reader');
    expect(new Set([writer.password, reader.password, 'secret']).size).toBe(3);
    expect(writer.password.length).toBeGreaterThan(40);
  });

  it('keep a URL of the same database, so that a repeated migration changes no password', async () => {
    const store = storeWith({ 'arn:writer': UNFILLED, 'arn:reader': UNFILLED });
    const first = await fillSecrets(VARIABLES, OWNER, store);
    expect(await fillSecrets(VARIABLES, OWNER, store)).toEqual(first);
  });

  it('get new ones for another database', async () => {
    const store = storeWith({ 'arn:writer': UNFILLED, 'arn:reader': UNFILLED });
    const first = await fillSecrets(VARIABLES, OWNER, store);
    const second = await fillSecrets(VARIABLES, OWNER.replace('db.example', 'other.example'), store);
    expect(new URL(second.writer!).host).toBe('other.example:5432');
    expect(new URL(second.writer!).password).not.toBe(new URL(first.writer!).password);
  });

  it('are none where the stack made none', async () => {
    const untouched: SecretStore = { get: () => Promise.reject(), put: () => Promise.reject() };
    expect(await fillSecrets({}, OWNER, untouched)).toEqual({});
  });
});
