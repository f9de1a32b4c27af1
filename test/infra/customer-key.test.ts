import { describe, expect, it } from 'vitest';
import { readContext } from '../../infra/context.ts';
import { nameOf, withoutHash } from './support/grants.ts';
import { STORE_KEYS } from './support/keys.ts';
import { type Resource, type Synthesized, synth } from './support/synth.ts';

const GIVEN = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const options = { exports: 'new', vpc: 'new' };
const own = synth({ ...options, encryptionKey: 'new' });

/** Where the key of each resource of a type stands. */
const KEY_IN: typeof STORE_KEYS = {
  ...STORE_KEYS,
  'AWS::Lambda::Function': ({ KmsKeyArn }: { KmsKeyArn?: unknown }) => KmsKeyArn,
  'AWS::Logs::LogGroup': ({ KmsKeyId }: { KmsKeyId?: unknown }) => KmsKeyId,
};

const keys = ({ of }: Synthesized): string[] =>
  Object.entries(KEY_IN).flatMap(([type, keyIn]) =>
    Object.entries(of(type))
      // The CDK's own function has an environment without a variable.
      .filter(([id]) => !id.startsWith('AWSCDK'))
      .map(([, { Properties }]) => {
        const key = keyIn(Properties as never);
        return key === undefined ? 'none' : nameOf(key);
      }),
  );

describe('a key of the customer', () => {
  it('is none by default', () => {
    expect(new Set(keys(synth(options)))).toEqual(new Set(['none']));
    expect(synth(options).of('AWS::KMS::Key')).toEqual({});
  });

  it('that is new encrypts all that is kept, is rotated, and outlives the stack', () => {
    const [[id, { DeletionPolicy, Properties }]] = Object.entries(own.of('AWS::KMS::Key')) as [
      [string, Resource],
    ];
    expect([withoutHash(id), DeletionPolicy, Properties.EnableKeyRotation]).toEqual([
      'Key',
      'RetainExceptOnCreate',
      true,
    ]);
    expect(new Set(keys(own))).toEqual(new Set(['Key.Arn']));
  });

  it('is used by CloudWatch Logs for the logs of the account alone', () => {
    const [{ Properties }] = Object.values(own.of('AWS::KMS::Key')) as [Resource];
    const { Statement } = Properties.KeyPolicy as { Statement: object[] };
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:eu-central-1:123456789012:*',
          },
        },
      }),
    );
  });

  it('is used by every role through the services alone, one of the operator too', () => {
    for (const [stack, arn] of [
      [own, 'Key.Arn'],
      [synth({ ...options, encryptionKey: GIVEN }), GIVEN],
    ] as const) {
      const roles = Object.entries(stack.of('AWS::IAM::Policy')).filter(([name]) =>
        Object.keys(stack.of('AWS::Lambda::Function')).some((id) =>
          withoutHash(name).startsWith(withoutHash(id).replace(/Function$/, 'Role')),
        ),
      );
      expect(roles.length).toBeGreaterThan(30);
      for (const [name, { Properties }] of roles) {
        const { Statement } = Properties.PolicyDocument as {
          Statement: { Action: string | string[]; Resource: unknown; Condition?: object }[];
        };
        const uses = Statement.filter(({ Action }) =>
          [Action].flat().some((action) => action.startsWith('kms:')),
        );
        expect([name, uses.length]).toEqual([name, 1]);
        expect(nameOf(uses[0]!.Resource)).toBe(arn);
        expect(Object.keys(uses[0]!.Condition!)).toEqual(['StringEquals']);
      }
      expect(new Set(keys(stack))).toEqual(new Set([arn]));
    }
  });

  it('is named by its ARN', () => {
    expect(() => readContext({ encryptionKey: 'alias/mine' })).toThrow(
      /encryptionKey: aws, new or the ARN of a key/,
    );
  });
});
