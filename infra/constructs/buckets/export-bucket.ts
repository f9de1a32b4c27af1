import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeployOptions } from '../../context.ts';
import { acknowledge } from '../acknowledge.ts';
import { bucketEncryption, keyOf } from '../customer-key.ts';

/** Where exported months go: a bucket of the stack's own, or one that the operator has. */
export class ExportBucket extends Construct {
  readonly bucket: IBucket;
  /** all objects of the program are below it */
  readonly prefix = 'gordon-data';

  constructor(scope: Construct, id: string, { exports }: DeployOptions) {
    super(scope, id);
    this.bucket = exports === 'new' ? this.#own() : Bucket.fromBucketName(this, 'Given', exports);
  }

  #own(): IBucket {
    const bucket = new Bucket(this, 'Bucket', {
      ...bucketEncryption(keyOf(this)),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // The former version of a month that was written again stays available for a while.
      versioned: true,
      lifecycleRules: [
        {
          id: 'former-months',
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      // Files that users rely on do not go with a stack.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1':
        "Who reads it is in the operator's CloudTrail; a bucket of logs would need one of its own.",
    });
    return bucket as IBucket;
  }
}
