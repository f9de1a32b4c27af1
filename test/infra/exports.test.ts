import { describe, expect, it } from 'vitest';
import { readContext } from '../../infra/context.ts';
import { grants, nameOf, withoutHash } from './support/grants.ts';
import { type Synthesized, synth } from './support/synth.ts';

const exportKeySecret = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:export-AbCdEf';
const own = synth({ exports: 'new' });
const given = synth({ exports: 'market-data', exportKeySecret });

const namesOf = ({ of }: Synthesized, type: string): string[] => Object.keys(of(type)).map(withoutHash);
/** Of the other bucket see files.test.ts. */
const bucketsOf = ({ of }: Synthesized) =>
  Object.entries(of('AWS::S3::Bucket')).filter(([id]) => !/^Files/.test(id));
const variablesOf = ({ of }: Synthesized): Record<string, unknown> => {
  const [, lambda] = Object.entries(of('AWS::Lambda::Function')).find(([id]) =>
    /^ExportMonthsFunction/.test(id),
  )!;
  return (lambda.Properties.Environment as { Variables: Record<string, unknown> }).Variables;
};
const may = (from: Synthesized): string[] =>
  grants(from, 'ExportMonthsRoleDefaultPolicy').filter((grant) => /^s3:|secret/.test(grant));

describe('scheduled exports', () => {
  it('are off by default', () => {
    const plain = synth();
    expect(bucketsOf(plain)).toEqual([]);
    expect(namesOf(plain, 'AWS::Lambda::Function')).not.toContain('ExportMonthsFunction');
    expect(JSON.stringify(plain.template.toJSON())).not.toContain('GORDON_EXPORT');
  });

  it('run each hour, and raise the alarm of a schedule that does not run', () => {
    const [rule] = Object.values(own.of('AWS::Events::Rule')).filter(({ Properties }) =>
      JSON.stringify(Properties.Targets).includes('ExportMonths'),
    );
    expect(rule!.Properties).toMatchObject({ ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' });
    const alarms = Object.values(own.of('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.AlarmName,
    );
    expect(JSON.stringify(alarms)).toContain('schedule-not-run-export');
  });

  it('have a bucket that is closed, encrypted and stays, and keeps former months for thirty days', () => {
    const [[, bucket] = [], ...others] = bucketsOf(own);
    expect([bucket!.DeletionPolicy, others]).toEqual(['RetainExceptOnCreate', []]);
    expect(bucket!.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            ExpiredObjectDeleteMarker: true,
            NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          },
        ],
      },
    });
    const [, policy] = Object.entries(own.of('AWS::S3::BucketPolicy')).find(([id]) => /^Exports/.test(id))!;
    expect(policy!.Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ],
    });
    own.template.hasOutput('ExportsUrl', {});
  });

  it('may read and write below their own prefix, and nothing else of a bucket', () => {
    expect(may(own)).toEqual([
      's3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject on ExportsBucket.Arn/gordon-data/*',
      's3:ListBucket on ExportsBucket.Arn',
      'secretsmanager:GetSecretValue on ReaderUrlSecret',
    ]);
    const [list] = Object.values(own.of('AWS::IAM::Policy')).flatMap(({ Properties }) =>
      (
        Properties.PolicyDocument as { Statement: { Action: unknown; Condition?: unknown }[] }
      ).Statement.filter(({ Action, Condition }) => Action === 's3:ListBucket' && Condition),
    );
    expect(list!.Condition).toEqual({ StringLike: { 's3:prefix': 'gordon-data/*' } });
    expect(nameOf((variablesOf(own).GORDON_EXPORT_TO as never) ?? '')).toMatch(
      /^s3:\/\/ExportsBucket\/gordon-data$/,
    );
    // No other function knows of the bucket.
    const holders = Object.entries(own.of('AWS::IAM::Policy')).filter(([, policy]) =>
      /s3:.*ExportsBucket/.test(JSON.stringify(policy)),
    );
    expect(holders.map(([id]) => withoutHash(id))).toEqual(['ExportMonthsRoleDefaultPolicy']);
  });

  it('take a bucket and a key of the operator', () => {
    expect(bucketsOf(given)).toEqual([]);
    expect(variablesOf(given)).toMatchObject({
      GORDON_EXPORT_TO: 's3://market-data/gordon-data',
      GORDON_EXPORT_KEY_SECRET_ARN: exportKeySecret,
    });
    expect(may(given)).toEqual([
      expect.stringMatching(
        /^s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject on arn:.*:s3:::market-data\/gordon-data\/\*$/,
      ),
      expect.stringMatching(/^s3:ListBucket on arn:.*:s3:::market-data$/),
      `secretsmanager:GetSecretValue on ReaderUrlSecret, ${exportKeySecret}`,
    ]);
  });

  it('refuse a key without a bucket, and what is not a bucket', () => {
    expect(() => readContext({ exportKeySecret })).toThrow(/exportKeySecret: needs exports=new or a bucket/);
    expect(() => readContext({ exports: 'Upper_Case' })).toThrow(/exports: off, new or the name of a bucket/);
    expect(() => readContext({ GORDON_EXPORT_TO: 's3://x' })).toThrow(/the stack sets it by itself/);
  });
});
