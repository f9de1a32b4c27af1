import { describe, expect, it } from 'vitest';
import { readContext } from '../../infra/context.ts';
import { grants, nameOf, withoutHash } from './support/grants.ts';
import { type Resource, type Synthesized, synth } from './support/synth.ts';

const plain = synth();

const oneOf = ({ of }: Synthesized, type: string, name: RegExp): Resource => {
  const found = Object.entries(of(type)).filter(([id]) => name.test(withoutHash(id)));
  expect(found).toHaveLength(1);
  return found[0]![1];
};
const variablesOf = (from: Synthesized, name: RegExp): Record<string, unknown> =>
  (
    oneOf(from, 'AWS::Lambda::Function', name).Properties.Environment as {
      Variables: Record<string, unknown>;
    }
  ).Variables;

describe('files of rows', () => {
  it('have a bucket that is closed and encrypted, and empties itself', () => {
    const bucket = oneOf(plain, 'AWS::S3::Bucket', /^Files/);
    expect(bucket).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Status: 'Enabled',
              ExpirationInDays: 1,
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      },
    });
    expect(oneOf(plain, 'AWS::S3::BucketPolicy', /^Files/).Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    });
  });

  it('are made by a function that puts files there, and knows no other way in', () => {
    expect(
      grants(plain, 'PrepareFileRoleDefaultPolicy').filter((grant) => /^s3:|lambda:/.test(grant)),
    ).toEqual([
      's3:AbortMultipartUpload s3:PutObject on FilesBucket.Arn/*',
      's3:GetObject on FilesBucket.Arn/orders/*',
      's3:ListBucket on FilesBucket.Arn',
    ]);
    expect(oneOf(plain, 'AWS::Lambda::Function', /^PrepareFileFunction$/).Properties).toMatchObject({
      Timeout: 900,
      MemorySize: 1_769,
    });
    const called = oneOf(plain, 'AWS::Lambda::EventInvokeConfig', /^PrepareFile/).Properties;
    expect(called).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 });
    const { GORDON_FILE_BUCKET: bucket, GORDON_FILE_MAKER: maker } = variablesOf(plain, /^RowsFunction$/);
    expect([nameOf(bucket), nameOf(maker)]).toEqual(['FilesBucket', 'PrepareFileFunction.Arn']);
    expect(Object.keys(variablesOf(plain, /^PrepareFileFunction$/))).not.toContain('GORDON_FILE_MAKER');
  });

  it("are nobody else's", () => {
    const holders = Object.entries(plain.of('AWS::IAM::Policy')).filter(([, policy]) =>
      /s3:.*FilesBucket/.test(JSON.stringify(policy)),
    );
    expect(holders.map(([id]) => withoutHash(id)).sort()).toEqual([
      'PrepareFileRoleDefaultPolicy',
      'RowsRoleDefaultPolicy',
    ]);
  });

  it('can be turned off', () => {
    const off = synth({ files: 'off' });
    expect(Object.keys(off.of('AWS::S3::Bucket'))).toEqual([]);
    expect(JSON.stringify(off.template.toJSON())).not.toMatch(/GORDON_FILE|PrepareFile/);
    expect(grants(off, 'RowsRoleDefaultPolicy').filter((grant) => /s3:|lambda:/.test(grant))).toEqual([]);
    expect(() => readContext({ files: 'new' })).toThrow(/files/);
    expect(() => readContext({ GORDON_FILE_BUCKET: 'x' })).toThrow(/the stack sets it by itself/);
  });
});
